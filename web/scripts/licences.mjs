// Writes `public/licences.txt`: the licences of everything that ends up in the built files, as their authors ask.
import { readdir, readFile, writeFile } from 'node:fs/promises';

const root = new URL('../', import.meta.url);
const lock = JSON.parse(await readFile(new URL('package-lock.json', root), 'utf8'));
/** Svelte is needed to build only, but its runtime is part of what is built. */
const BUILT_IN = ['node_modules/svelte', 'node_modules/esm-env', 'node_modules/clsx', 'node_modules/@internationalized/date'];
const names = Object.entries(lock.packages)
  .filter(([path, meta]) => path !== '' && !path.startsWith('node_modules/@types/') && (!meta.dev || BUILT_IN.includes(path)))
  .map(([path]) => path)
  .sort();

const parts = [];
for (const path of names) {
  const folder = new URL(`${path}/`, root);
  const { name, version, license } = JSON.parse(await readFile(new URL('package.json', folder), 'utf8'));
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file ? (await readFile(new URL(file, folder), 'utf8')).replaceAll('\r\n', '\n').trim() : '';
  parts.push(`${name} ${version} (${license ?? 'see below'})\n\n${text}`);
}
parts.push(`Vazirmatn 33.0.3 (OFL-1.1)\n\n${(await readFile(new URL('src/fonts/OFL.txt', root), 'utf8')).replaceAll('\r\n', '\n').trim()}`);
await writeFile(new URL('public/licences.txt', root), `${parts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`);
