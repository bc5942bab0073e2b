import { expect, it } from 'vitest';
import { differences, followed } from './difference';

it('names what is other than before, and nothing else', () => {
  const before = { rev: 1, updated_at: 'a', priority: 'low', point: { lat: 1, lon: 2 }, flags: [], history: [{ at: 1 }], text: 'x' };
  const now = {
    rev: 2,
    updated_at: 'b',
    priority: 'high',
    point: { lat: 1, lon: 3 },
    flags: ['late'],
    history: [{ at: 1 }, { at: 2 }],
    text: 'x',
  };
  expect(differences(before, now)).toEqual([
    { field: 'priority', before: 'low', now: 'high' },
    { field: 'point', before: { lat: 1, lon: 2 }, now: { lat: 1, lon: 3 } },
    { field: 'flags', before: [], now: ['late'] },
  ]);
  expect(differences(before, before)).toEqual([]);
});

it('lets what nobody touched in a form follow what it came from', () => {
  const before = { name: 'one', state: 'active' };
  const form = { ...before, name: 'mine', note: 'written' };
  expect(followed(form, before, { name: 'theirs', state: 'inactive' })).toEqual({ name: 'mine', state: 'inactive', note: 'written' });
});
