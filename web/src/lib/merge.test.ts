import { expect, it } from 'vitest';
import { merge } from './merge';

const before = { name: 'hole', words: ['pit'], minutes: 60, state: 'active' };

it('takes what only the others have changed, and keeps what only the person has', () => {
  const { merged, taken, both } = merge(before, { ...before, minutes: 90 }, { ...before, words: ['pit', 'crater'] });
  expect(merged).toEqual({ ...before, minutes: 90, words: ['pit', 'crater'] });
  expect(taken).toEqual([{ field: 'words', before: ['pit'], theirs: ['pit', 'crater'], mine: ['pit'] }]);
  expect(both).toEqual([]);
});

it('keeps the own value where both have changed it otherwise, and tells of it', () => {
  const { merged, taken, both } = merge(before, { ...before, minutes: 90 }, { ...before, minutes: 30 });
  expect(merged.minutes).toBe(90);
  expect(taken).toEqual([]);
  expect(both).toEqual([{ field: 'minutes', before: 60, theirs: 30, mine: 90 }]);
});

it('has nothing to tell where both have done the same, or nobody anything', () => {
  const changed = { ...before, name: 'pothole' };
  expect(merge(before, changed, changed)).toEqual({ merged: changed, taken: [], both: [] });
  expect(merge(before, changed, before)).toEqual({ merged: changed, taken: [], both: [] });
});
