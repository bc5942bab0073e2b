import { describe, expect, it } from 'vitest';
import { letter } from './keys.svelte';

describe('a key', () => {
  it.each([
    ['j', 'KeyJ', 'j'],
    // The Persian layout has letters where Latin ones are.
    ['ت', 'KeyJ', 'j'],
    ['ز', 'KeyC', 'c'],
    ['؟', 'Slash', '?'],
    ['Enter', 'Enter', 'Enter'],
    ['J', 'KeyJ', 'J'],
    // A Latin letter counts as it is written, wherever its key lies.
    ['a', 'KeyQ', 'a'],
  ])('%s on %s means %s', (key, code, meant) => {
    expect(letter({ key, code })).toBe(meant);
  });
});
