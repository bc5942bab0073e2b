import { expect, it } from 'vitest';
import type { Conflict } from '../../api/types';
import { choices, valueOf } from './choices';

it.each([
  ['point', '۳۶٫۲۸', '۳۶٫۲۸'],
  ['point', '۳۶.۲۸، ۵۰.۰۱', { lat: 36.28, lon: 50.01 }],
  ['text', ' 12 ', '12'],
  ['', '۱۲.۵', 12.5],
  ['', 'yes', 'yes'],
])('a value of the field %s typed as %s is sent as %o', (field, typed, value) => {
  expect(valueOf(field, typed)).toEqual(value);
});

it('names the sides that a decision may take', () => {
  const mine = [
    { event: 'e1', actor: '', at: '', findings: { findings: 'confirmed' } },
    { measurement: 'm1', actor: '', at: '', quantity: 3 },
    { evidence_by: 'x', from: '' },
  ] as unknown as Conflict['mine'];
  expect(choices({ mine }).map((choice) => choice.id)).toEqual(['e1', 'm1']);
  expect(choices({ mine: {} as Conflict['mine'] })).toEqual([]);
});
