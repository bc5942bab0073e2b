import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ORDER_RULES, orderActions, ticketActions, type OrderAction } from './actions';

/** The lines of the table of who moves a work order: from, to, and who does so by a request. */
const LINES = readFileSync(new URL('../../../../docs/work-orders.md', import.meta.url), 'utf8')
  .split('\n')
  .flatMap((line) => {
    const cells = /^\| `(\w+)` \| `(\w+)` \| ([^|]*) \|/.exec(line);
    return cells ? [{ from: cells[1] ?? '', to: cells[2] ?? '', by: (cells[3] ?? '').split(',').map((party) => party.trim()) }] : [];
  });

/** Which lines of the table an action takes. */
const TAKES: Record<OrderAction, (line: (typeof LINES)[number]) => boolean> = {
  offer: (line) => line.to === 'offered' && ['draft', 'declined', 'expired'].includes(line.from),
  // An order that nobody holds is offered, late work of a cancelled one is taken by a decision about a conflict.
  reassign: (line) => line.to === 'draft' && !['declined', 'expired', 'cancelled'].includes(line.from),
  hold: (line) => line.to === 'on_hold',
  resume: (line) => line.from === 'on_hold' && line.to === 'in_progress',
  close: (line) => line.to === 'closed',
  object: (line) => line.to === 'rework' && ['verified', 'closed'].includes(line.from),
  cancel: (line) => line.to === 'cancelled',
};

describe('what can be done with a work order', () => {
  it('has a table to follow', () => {
    expect(LINES.length).toBeGreaterThan(50);
  });

  it.each(Object.keys(ORDER_RULES) as OrderAction[])('%s is offered in the states, and to the parties, of the table', (action) => {
    const { from, by } = ORDER_RULES[action];
    const lines = LINES.filter((line) => TAKES[action](line) && line.by.some((party) => party === 'operator' || party === 'supervisor'));
    expect([...from].sort()).toEqual([...new Set(lines.map((line) => line.from))].sort());
    for (const line of lines) {
      expect(by.includes('supervisor')).toBe(line.by.includes('supervisor'));
      expect(by.includes('operator')).toBe(line.by.includes('operator'));
    }
  });

  it('is nothing for who only reads', () => {
    expect(orderActions('draft', ['auditor', 'crew'])).toEqual([]);
    expect(orderActions('verified', ['operator'])).toEqual([]);
    expect(orderActions('verified', ['supervisor'])).toEqual(['close', 'object']);
  });
});

describe('what can be done with a ticket', () => {
  it.each([
    ['new', ['triage', 'defer', 'refer', 'merge', 'reject', 'cancel']],
    ['deferred', ['triage', 'refer', 'merge', 'reject', 'cancel', 'reopen']],
    ['closed', ['triage', 'reopen']],
    ['duplicate', ['reopen']],
    ['cancelled', ['reopen']],
  ] as const)('follows from its status: %s', (status, actions) => {
    expect(ticketActions(status)).toEqual(actions);
  });
});
