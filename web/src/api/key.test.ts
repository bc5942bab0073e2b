import { expect, it } from 'vitest';
import { newKey } from './key';

it('is new for each form, and printable', () => {
  const keys = new Set(Array.from({ length: 100 }, newKey));
  expect(keys.size).toBe(100);
  for (const key of keys) expect(key).toMatch(/^[0-9a-f]{32}$/);
});
