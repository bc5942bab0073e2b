import { api, data } from './client';
import { summaryOf } from './reference.svelte';
import { session } from './session.svelte';
import type { Conflict, Device, Order, Quarantined, Round, Ticket, TicketSummary } from './types';

/** What may wait for the office, in the order in which it is shown. */
export const INBOX_KINDS = ['draft', 'failed_visit', 'round', 'conflict', 'outside', 'quarantine', 'clock'] as const;
export type InboxKind = (typeof INBOX_KINDS)[number];

/** Something that waits. */
export type InboxItem = {
  readonly id: string;
  /** Since when. */
  readonly at: string;
  /** The ticket that it is about, where there is one. */
  readonly ticket: TicketSummary | undefined;
} & (
  | { readonly kind: 'draft' | 'failed_visit'; readonly order: Order }
  | { readonly kind: 'round'; readonly round: Round }
  | { readonly kind: 'conflict'; readonly conflict: Conflict }
  | { readonly kind: 'outside'; readonly found: Ticket }
  | { readonly kind: 'quarantine'; readonly kept: Quarantined }
  | { readonly kind: 'clock'; readonly device: Device }
);

/** How many there are of a kind; `more` where only the first were counted. */
export interface InboxCount {
  readonly count: number;
  readonly more: boolean;
}

export interface Inbox {
  readonly items: readonly InboxItem[];
  readonly counts: Readonly<Record<InboxKind, InboxCount>>;
}

/** How many of what has a list of its own are shown in the inbox. */
const FIRST = 50;

/** Everything that waits, the oldest of each kind first. */
export async function readInbox(): Promise<Inbox> {
  const none = { items: [], next_cursor: null };
  const [inbox, rounds, failed] = await Promise.all([
    session.may('conflict.read') ? data(api.GET('/v1/inbox')) : undefined,
    session.may('round.verify') ? data(api.GET('/v1/rounds', { params: { query: { verdict: 'pending', limit: FIRST } } })) : none,
    session.may('work.manage') ? data(api.GET('/v1/work-orders', { params: { query: { state: 'failed_visit', limit: FIRST } } })) : none,
  ]);
  return compose(inbox, rounds, failed);
}

interface Listed<Row> {
  readonly items: readonly Row[];
  readonly next_cursor?: string | null;
}
type Answered = Awaited<ReturnType<typeof officeInbox>>;
const officeInbox = () => data(api.GET('/v1/inbox'));

/** The one list that the answers make together. */
export function compose(inbox: Answered | undefined, rounds: Listed<Round>, failed: Listed<Order>): Inbox {
  const items: InboxItem[] = [
    ...(inbox?.drafts ?? []).map((order) => ({ kind: 'draft' as const, id: order.id, at: order.created_at, ticket: order.ticket, order })),
    ...failed.items.map((order) => ({ kind: 'failed_visit' as const, id: order.id, at: order.updated_at, ticket: order.ticket, order })),
    ...rounds.items.map((round) => ({ kind: 'round' as const, id: round.id, at: round.submitted_at, ticket: round.ticket, round })),
    ...(inbox?.conflicts ?? []).map((conflict) => {
      return { kind: 'conflict' as const, id: conflict.id, at: conflict.raised_at, ticket: conflict.ticket, conflict };
    }),
    ...(inbox?.outside ?? []).map((found) => ({
      kind: 'outside' as const,
      id: found.id,
      at: found.created_at,
      ticket: summaryOf(found),
      found,
    })),
    ...(inbox?.kept ?? []).map((kept) => {
      return { kind: 'quarantine' as const, id: kept.id, at: kept.received_at, ticket: undefined, kept };
    }),
    ...(inbox?.wrong_clocks ?? []).map((device) => {
      return { kind: 'clock' as const, id: device.id, at: device.last_push_at ?? device.enrolled_at, ticket: undefined, device };
    }),
  ];
  const sum = (counts: readonly { readonly count: number }[] | undefined) => (counts ?? []).reduce((all, c) => all + c.count, 0);
  const exact = (count: number): InboxCount => ({ count, more: false });
  const listed = (list: Listed<unknown>): InboxCount => ({ count: list.items.length, more: Boolean(list.next_cursor) });
  const hard = inbox?.counts.conflicts.filter((c) => c.severity === 'hard');
  const shown = inbox?.kept.length ?? 0;
  return {
    items: items.sort((a, b) => INBOX_KINDS.indexOf(a.kind) - INBOX_KINDS.indexOf(b.kind) || a.at.localeCompare(b.at)),
    counts: {
      draft: exact(sum(inbox?.counts.drafts)),
      failed_visit: listed(failed),
      round: listed(rounds),
      conflict: exact(sum(hard)),
      outside: exact(inbox?.counts.outside ?? 0),
      quarantine: { count: shown, more: shown >= FIRST },
      clock: exact(inbox?.counts.wrong_clocks ?? 0),
    },
  };
}
