import { describe, expect, it } from 'vitest';
import { compose, INBOX_KINDS } from './inbox';
import type { Order, Round } from './types';

const order = (id: string, at: string) => ({ id, ticket: { id: `t-${id}` }, created_at: at, updated_at: at }) as Order;
const round = (id: string, at: string) => ({ id, ticket: { id: `t-${id}` }, submitted_at: at }) as Round;
const answer = {
  drafts: [order('young', '2026-11-30T10:00:00Z'), order('old', '2026-11-30T08:00:00Z')],
  conflicts: [],
  outside: [],
  wrong_clocks: [],
  kept: [],
  counts: {
    drafts: [
      { kind: 'repair', count: 70 },
      { kind: 'inspection', count: 5 },
    ],
    conflicts: [
      { kind: 'verdict_disagrees', severity: 'hard', count: 2 },
      { kind: 'point_moved', severity: 'soft', count: 9 },
    ],
    outside: 3,
    wrong_clocks: 0,
  },
} as unknown as NonNullable<Parameters<typeof compose>[0]>;

describe('the inbox', () => {
  it('has kinds in their order, and of each the oldest first', () => {
    const rounds = { items: [round('r2', '2026-11-30T09:30:00Z'), round('r1', '2026-11-30T07:00:00Z')], next_cursor: null };
    const failed = { items: [order('f', '2026-11-30T06:00:00Z')], next_cursor: null };
    const { items } = compose(answer, rounds, failed);
    expect(items.map((item) => item.id)).toEqual(['old', 'young', 'f', 'r1', 'r2']);
    expect(items.map((item) => item.ticket?.id)).toEqual(['t-old', 't-young', 't-f', 't-r1', 't-r2']);
  });

  it('tells how many there are, not how many are shown', () => {
    const rounds = { items: [round('r', '2026-11-30T07:00:00Z')], next_cursor: 'more' };
    const { counts } = compose(answer, rounds, { items: [] });
    expect(counts.draft).toEqual({ count: 75, more: false });
    expect(counts.round).toEqual({ count: 1, more: true });
    // Soft conflicts wait for nobody.
    expect(counts.conflict).toEqual({ count: 2, more: false });
    expect(counts.outside).toEqual({ count: 3, more: false });
  });

  it('is what the reader may see of it', () => {
    const { items, counts } = compose(undefined, { items: [] }, { items: [] });
    expect(items).toEqual([]);
    expect(INBOX_KINDS.map((kind) => counts[kind].count)).toEqual(INBOX_KINDS.map(() => 0));
  });
});
