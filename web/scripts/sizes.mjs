// Says how large the first load is, and fails when it is larger than it may be: everything that the page asks for at once, without the
// font, packed. The map is loaded when it is first shown.
import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';

const LIMIT_KIB = 150;
const dist = new URL('../dist/', import.meta.url);
const html = await readFile(new URL('index.html', dist), 'utf8');
const files = [...html.matchAll(/(?:src|href)="\/console\/(assets\/[^"]+)"/g)].map((match) => match[1]);
let total = gzipSync(html).length;
for (const file of files) {
  const size = gzipSync(await readFile(new URL(file, dist))).length;
  total += size;
  console.log(`${(size / 1024).toFixed(1).padStart(7)} KiB  ${file}`);
}
console.log(`${(total / 1024).toFixed(1).padStart(7)} KiB  first load; ${LIMIT_KIB} are allowed`);
process.exitCode = total / 1024 > LIMIT_KIB || files.length < 2 ? 1 : 0;
