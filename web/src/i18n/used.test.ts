import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fa } from './fa';

const SOURCES = new URL('..', import.meta.url).pathname;

/** The program's own files, without tests and the texts themselves. */
const FILES = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(ts|svelte)$/.test(name) && !name.endsWith('.test.ts') && !/i18n\/(fa|en)\.ts$|schema\.d\.ts$/.test(name))
  .map((name) => readFileSync(join(SOURCES, name), 'utf8'));

/** Every text by its path, such as `common.close`. */
function leaves(texts: object, path = ''): string[] {
  return Object.entries(texts).flatMap(([name, text]) => {
    const here = path ? `${path}.${name}` : name;
    return typeof text === 'object' ? leaves(text as object, here) : [here];
  });
}

/** A short name for the texts or a part of them. */
const ALIAS = /const (\w+) = (?:\$derived\()?i18n\.t\b((?:\.\w+)*)(?:\)|;)/g;

/** The paths that a file names: `t.common.close` where `t` is all texts, or `t.close` where `t` is a part of them. */
function named(source: string): string[] {
  const parts = new Map([[String.raw`i18n\s*\.t`, '']]);
  for (const [, name = '', path = ''] of source.matchAll(ALIAS)) parts.set(name, path.slice(1));
  const rest = source.replace(ALIAS, '');
  return [...parts].flatMap(([name, part]) => {
    // A template is broken into lines anywhere.
    const pattern = new RegExp(String.raw`(?<![\w.])${name}\b((?:\s*\.\s*\w+)*)`, 'g');
    return [...rest.matchAll(pattern)].flatMap(([, members = '']) => {
      const path = [part, ...members.split('.').map((member) => member.trim())].filter(Boolean).join('.');
      return path === part && !members ? [] : [path];
    });
  });
}

it('every text is used somewhere', () => {
  const paths = new Set(FILES.flatMap(named));
  // What is indexed, or handed on as a whole, is used with all that it holds.
  const isUsed = (text: string) => [...paths].some((path) => `${text}.`.startsWith(`${path}.`) || path.startsWith(`${text}.`));
  expect(paths.size).toBeGreaterThan(300);
  expect(leaves(fa).filter((text) => !isUsed(text))).toEqual([]);
});
