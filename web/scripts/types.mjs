// Makes the types of the API from its document, or says that they are not those of the document.
//   node scripts/types.mjs            compare; ends with 1 if they differ
//   node scripts/types.mjs --write    write
import { readFile, writeFile } from 'node:fs/promises';
import openapi, { astToString } from 'openapi-typescript';

const document = new URL('../../api-spec/openapi.json', import.meta.url);
const file = new URL('../src/api/schema.d.ts', import.meta.url);
const made = `// Made from api-spec/openapi.json by \`npm run types\`. Do not edit.\n${astToString(await openapi(document))}`;

if (process.argv.includes('--write')) {
  await writeFile(file, made);
} else if ((await readFile(file, 'utf8').catch(() => '')) !== made) {
  console.error('web/src/api/schema.d.ts is not what api-spec/openapi.json makes: run `npm run types` in web/');
  process.exit(1);
} else {
  console.log('the types are those of the document');
}
