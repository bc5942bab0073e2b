import { describe, expect, it } from 'vitest';
import type { Conflict } from '../../api/types';
import { choices, decisionOf, resolutionsOf, thirdOf, ticketsOf, type Written } from './choices';

const EMPTY: Written = { note: '', into: '', which: '', value: '', priority: '', category: '', until: '' };

/** A conflict of a kind with its sides. */
function conflict(kind: Conflict['kind'], base: unknown = {}, theirs: unknown = {}, mine: unknown = {}) {
  return { kind, base, theirs, mine } as Pick<Conflict, 'kind' | 'base' | 'theirs' | 'mine'>;
}

describe('the third value', () => {
  it.each([
    [conflict('point_moved', { field: 'point' }), '۳۶٫۲۸', '۳۶٫۲۸'],
    [conflict('point_moved', { field: 'point' }), '۳۶.۲۸، ۵۰.۰۱', { lat: 36.28, lon: 50.01 }],
    [conflict('point_moved', { field: 'point' }), '۳۶٫۲۸، ۵۰٫۰۱', { lat: 36.28, lon: 50.01 }],
    [conflict('parallel_update', { field: 'text' }), ' 12 ', '12'],
    [conflict('measurement_disagrees'), '۱۲.۵', 12.5],
    [conflict('measurement_disagrees'), '۱۲٫۵', 12.5],
    [conflict('measurement_disagrees'), 'much', 'much'],
    // An answer is of the kind of the one that stands.
    [conflict('already_submitted', {}, { answer: 'a', value: 'twelve' }), '12', '12'],
    [conflict('already_submitted', {}, { answer: 'a', value: 3 }), '۱۲', 12],
    [conflict('already_submitted', {}, { answer: 'a', value: true }), 'false', false],
  ])('in %o typed as %s is sent as %o', (about, value, sent) => {
    expect(decisionOf(about, 'set', { ...EMPTY, value }).value).toEqual(sent);
  });

  it('of a category is the one that was chosen', () => {
    const about = conflict('category_proposal', { field: 'category' });
    expect(decisionOf(about, 'set', { ...EMPTY, category: 'c1', value: 'left over' }).value).toBe('c1');
  });

  it('of a proposal names what is to come into force', () => {
    const sent = decisionOf(conflict('proposal'), 'set', { ...EMPTY, priority: 'high', until: '2026-12-01' }).value;
    expect(sent).toEqual({ priority: 'high', deferral: { until: new Date('2026-12-02T00:00:00').toISOString() } });
  });

  it('does not exist for findings', () => {
    const findings = conflict('already_submitted', {}, { event: 'e', findings: {} });
    expect(thirdOf(findings)).toBeUndefined();
    expect(resolutionsOf({ ...findings, accepts: ['keep', 'take_other', 'set'] })).toEqual(['keep', 'take_other']);
  });
});

it('sends with a decision only what belongs to it', () => {
  const written = { ...EMPTY, note: ' why ', into: 't1', which: 'e2', value: 'third' };
  const about = conflict('parallel_update', { field: 'text' });
  expect(decisionOf(about, 'keep', written)).toEqual({ resolution: 'keep', note: 'why' });
  expect(decisionOf(about, 'not_duplicate', written)).toEqual({ resolution: 'not_duplicate', note: 'why' });
  expect(decisionOf(about, 'merge_into', written)).toEqual({ resolution: 'merge_into', note: 'why', into: 't1' });
  expect(decisionOf(about, 'take_other', written)).toEqual({ resolution: 'take_other', note: 'why', value: 'e2' });
  expect(decisionOf(about, 'set', written)).toEqual({ resolution: 'set', note: 'why', value: 'third' });
  expect(decisionOf(about, 'merge_into', EMPTY)).toEqual({ resolution: 'merge_into', note: null });
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

it('names the two tickets that may be one', () => {
  expect(ticketsOf(conflict('possible_duplicate', {}, { ticket: 'old' }, { ticket: 'new' }))).toEqual(['old', 'new']);
  expect(ticketsOf(conflict('deleted_entity', {}, { ticket: 'cancelled' }, []))).toEqual([]);
});
