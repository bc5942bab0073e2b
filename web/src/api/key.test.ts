import { expect, it } from 'vitest';
import { keyAfter, newKey } from './key';
import { Failure } from './problem';

it('is new for each form, and printable', () => {
  const keys = new Set(Array.from({ length: 100 }, newKey));
  expect(keys.size).toBe(100);
  for (const key of keys) expect(key).toMatch(/^[0-9a-f]{32}$/);
});

it('stays the same only where nobody knows whether it was done', () => {
  const refused = new Failure({ type: '', code: 'validation', status: 422, title: '', retryable: false, request_id: '' });
  expect(keyAfter('k', new Failure())).toBe('k');
  expect(keyAfter('k', refused)).not.toBe('k');
  expect(keyAfter('k', undefined)).not.toBe('k');
});
