// The texts of the console by language, read from where the console has them.
import { createServer } from 'vite';

const vite = await createServer({
  configFile: false,
  server: { middlewareMode: true },
  appType: 'custom',
  logLevel: 'error',
  root: new URL('../..', import.meta.url).pathname,
});
const { fa } = await vite.ssrLoadModule('/src/i18n/fa.ts');
const { en } = await vite.ssrLoadModule('/src/i18n/en.ts');
const setup = await Promise.all(['fa', 'en'].map((language) => vite.ssrLoadModule(`/src/i18n/setup/${language}.ts`)));
await vite.close();

export const TEXTS = { fa: { ...fa, setup: setup[0].fa }, en: { ...en, setup: setup[1].en } };
