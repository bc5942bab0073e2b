// Plays the working days of the office in Chromium against a demonstration city.
//   node tests/e2e/run.mjs [--pictures] [words of a scenario's name]
import { readdir } from 'node:fs/promises';
import { Browser, city } from './harness.mjs';

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const pictures = process.argv.includes('--pictures');
const here = new URL('.', import.meta.url);
const files = (await readdir(here)).filter((name) => name.endsWith('.scenario.mjs')).sort();
const scenarios = (await Promise.all(files.map((name) => import(new URL(name, here))))).flatMap((module) => module.scenarios);
const chosen = scenarios.filter(({ name, only }) => words.every((word) => name.includes(word)) && (pictures || only !== 'pictures'));

const town = await city();
const browser = await Browser.start(town);
let failed = 0;
for (const { name, run } of chosen) {
  const people = [];
  const person = async (...args) => {
    const made = await browser.person(...args);
    people.push(made);
    return made;
  };
  const started = performance.now();
  try {
    const outcome = await run({ person, town }).then(
      () => [],
      async (error) => {
        // What was seen when it went wrong.
        await Promise.allSettled(
          people.map((p, n) => p.page.screenshot({ path: new URL(`out/${name.replace(/\W+/g, '-')}-${n}.png`, here).pathname })),
        );
        return [error];
      },
    );
    const closed = await Promise.allSettled(people.map((p) => p.close()));
    const faults = [...outcome, ...closed.filter((c) => c.status === 'rejected').map((c) => c.reason)];
    if (faults.length > 0) throw new Error(faults.map((fault) => fault.stack ?? String(fault)).join('\n    '));
    console.log(`ok   ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL ${name}\n    ${error.stack ?? error}`);
  }
}
await browser.close();
await town.stop();
console.log(`${chosen.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 && chosen.length > 0 ? 0 : 1;
