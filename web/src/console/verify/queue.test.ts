import { expect, it } from 'vitest';
import { judged, neighbour } from './queue';

it('goes through rounds one by one', () => {
  expect(neighbour(['a', 'b', 'c'], 'b', 1)).toBe('c');
  expect(neighbour(['a', 'b', 'c'], 'b', -1)).toBe('a');
  expect(neighbour(['a', 'b', 'c'], 'c', 1)).toBeUndefined();
  expect(neighbour(['a'], 'x', 1)).toBeUndefined();
});

it('goes on after a verdict until none is left', () => {
  let ids: readonly string[] = ['a', 'b', 'c'];
  let at: string | undefined = 'b';
  const seen: string[] = [];
  while (at) {
    seen.push(at);
    const after: { ids: readonly string[]; next: string | undefined } = judged(ids, at);
    ids = after.ids;
    at = after.next;
  }
  expect(seen).toEqual(['b', 'c', 'a']);
  expect(ids).toEqual([]);
  expect(judged(['c', 'a'], 'a').next).toBe('c');
});
