import { expect, it } from 'vitest';
import { grantOf, isOver } from './grant';

it('leaves out what was chosen for another role', () => {
  expect(grantOf('crew', ['a'], 'o', '')).toEqual({ role: 'crew', areas: ['a'], organisation_id: 'o', valid_to: null });
  expect(grantOf('operator', ['a'], 'o', '')).toEqual({ role: 'operator', areas: ['a'], organisation_id: null, valid_to: null });
  expect(grantOf('admin', ['a'], 'o', '')).toEqual({ role: 'admin', areas: [], organisation_id: null, valid_to: null });
});

it('is in force until the end of the day that was named', () => {
  const end = new Date(grantOf('admin', [], '', '2026-11-30').valid_to ?? '');
  expect([end.getFullYear(), end.getMonth(), end.getDate(), end.getHours()]).toEqual([2026, 11 - 1 + 1, 1, 0]);
});

it('is over from the instant after its last one', () => {
  const now = new Date('2026-11-30T10:00:00Z');
  expect(isOver({ valid_to: '2026-11-30T10:00:00Z' }, now)).toBe(true);
  expect(isOver({ valid_to: '2026-11-30T10:00:01Z' }, now)).toBe(false);
  expect(isOver({ valid_to: null }, now)).toBe(false);
});
