import { describe, expect, it } from 'vitest';
import { letter, meant, type Shortcut } from './keys.svelte';

describe('a key', () => {
  it.each([
    ['j', 'KeyJ', 'j'],
    // The Persian layout has letters where Latin ones are.
    ['ت', 'KeyJ', 'j'],
    ['ز', 'KeyC', 'c'],
    ['؟', 'Slash', '?'],
    ['۴', 'Digit4', '4'],
    ['٤', 'Numpad4', '4'],
    ['4', 'Digit4', '4'],
    ['Enter', 'Enter', 'Enter'],
    ['J', 'KeyJ', 'J'],
    // A Latin letter counts as it is written, wherever its key lies.
    ['a', 'KeyQ', 'a'],
  ])('%s on %s means %s', (key, code, meant) => {
    expect(letter({ key, code })).toBe(meant);
  });
});

describe('a shortcut', () => {
  const shortcut = (keys: string, repeats = false): Shortcut => ({ keys, label: '', run: () => undefined, repeats });
  const all = [shortcut('a'), shortcut('j', true), shortcut('g i'), shortcut('i'), shortcut('a')];

  it('is the one that was added last', () => {
    expect(meant(all, '', 'a', false).shortcut).toBe(all[4]);
  });

  it('may have two keys', () => {
    expect(meant(all, '', 'g', false)).toEqual({ shortcut: undefined, first: 'g', run: false });
    expect(meant(all, 'g', 'i', false)).toEqual({ shortcut: all[2], first: '', run: true });
    expect(meant(all, 'g', 'x', false)).toEqual({ shortcut: undefined, first: '', run: false });
  });

  it('decides once however long its key is held, and steps on', () => {
    expect(meant(all, '', 'a', true).run).toBe(false);
    expect(meant(all, '', 'j', true).run).toBe(true);
    expect(meant(all, 'g', 'g', true)).toEqual({ shortcut: undefined, first: 'g', run: false });
  });
});
