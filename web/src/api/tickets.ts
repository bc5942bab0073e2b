import { latinDigits } from '../i18n/digits';
import { api, data, ifMatch } from './client';
import { pageQuery } from './query';
import { session } from './session.svelte';
import type { Schemas, Ticket, TicketDetail } from './types';

/** What a list of tickets may be narrowed by, as it stands in an address. */
export interface TicketFilter {
  readonly q?: string | undefined;
  readonly status?: string | undefined;
  readonly area?: string | undefined;
  readonly category?: string | undefined;
  readonly created_from?: string | undefined;
  readonly created_to?: string | undefined;
  readonly bbox?: string | undefined;
  readonly priority?: string | undefined;
  readonly hazard?: string | undefined;
  /** An organisation or a person. */
  readonly held_by?: string | undefined;
  /** `true`: only open ones whose promise has passed. */
  readonly late?: string | undefined;
  /** `true`: only those that nobody was asked to do. */
  readonly unassigned?: string | undefined;
  readonly sort?: string | undefined;
}

/** Codes of tickets are digits only; people say them in groups. */
const CODE = /^[\d\s-]{6,}$/;

interface Paging {
  readonly limit?: number;
  /** Whether to count the rows of all pages; the first page answers it. */
  readonly total?: boolean;
}

/** What the server is asked for a page of tickets. It counts none that are searched for by words. */
export function ticketQuery(filter: TicketFilter, cursor: string | undefined, { limit = 50, total = false }: Paging) {
  const words = latinDigits(filter.q?.trim() ?? '');
  const sought = CODE.test(words) ? { q: undefined, code: words } : { q: words };
  const counted = total && cursor === undefined && !sought.q;
  return { ...pageQuery({ ...filter, ...sought }, cursor, limit), ...(counted ? { total } : {}) };
}

/** One page of the tickets that fit, the newest first if the filter does not sort. */
export async function listTickets(
  filter: TicketFilter,
  cursor: string | undefined,
  signal: AbortSignal,
  { limit = 50, total = false }: Paging = {},
) {
  const query = ticketQuery(filter, cursor, { limit, total });
  return data(api.GET('/v1/tickets', { params: { query }, signal })) as Promise<Schemas['Counted_TicketView']>;
}

export function ticketById(id: string): Promise<TicketDetail> {
  return data(api.GET('/v1/tickets/{id}', { params: { path: { id } } }));
}

/** The ticket with a code, as people say it. */
export async function ticketByCode(code: string): Promise<Ticket | undefined> {
  const found = await data(api.GET('/v1/tickets', { params: { query: { code: latinDigits(code).trim(), limit: 1 } } }));
  return (found as Schemas['Listed_TicketView']).items[0];
}

/** All that the page of a ticket shows. */
export interface TicketPage {
  readonly ticket: TicketDetail;
  readonly photos: readonly Schemas['PhotoView'][];
  /** The calls; absent for who may not see them. */
  readonly calls: readonly Schemas['CallView'][] | undefined;
}

export async function readTicket(id: string): Promise<TicketPage> {
  const query = { ticket: id };
  const [ticket, photos, calls] = await Promise.all([
    ticketById(id),
    data(api.GET('/v1/photos', { params: { query: { ...query, limit: 200 } } })),
    session.may('call.manage') ? data(api.GET('/v1/calls', { params: { query } })) : undefined,
  ]);
  return { ticket, photos: photos.items, calls: calls?.items };
}

interface Changes {
  triage: Schemas['TriageBody'];
  defer: Schemas['DeferBody'];
  refer: Schemas['ReferBody'];
  merge: Schemas['MergeBody'];
  reject: Schemas['CodedReason'];
  cancel: Schemas['CodedReason'];
  reopen: Schemas['Reason'];
}

/** Changes a ticket as it was read; a {@link Failure} `precondition_failed` says that somebody was faster. */
export function changeTicket<Change extends keyof Changes>(ticket: Ticket, change: Change, body: Changes[Change]): Promise<Ticket> {
  const params = { path: { id: ticket.id }, header: ifMatch(ticket) };
  // The path and the body belong together by `Change`, which the types of the client cannot follow.
  return data(api.POST(`/v1/tickets/{id}/${change}` as '/v1/tickets/{id}/triage', { params, body: body as Schemas['TriageBody'] }));
}

/** Tickets that may be the same thing. */
export async function duplicatesOf(id: string): Promise<readonly Schemas['SuggestionView'][]> {
  const found = await data(api.GET('/v1/tickets/{id}/duplicates', { params: { path: { id } } }));
  return found.items;
}

/** Most tickets that a view of the map draws; further in there are fewer. */
const ON_MAP = 1000;

/** The tickets in a box that fit, for the map; `more` where there are more than are drawn. */
export async function ticketsIn(
  filter: TicketFilter,
  bbox: string,
  signal: AbortSignal,
): Promise<{ tickets: readonly Ticket[]; more: boolean }> {
  let tickets: readonly Ticket[] = [];
  let cursor: string | null | undefined;
  do {
    const page = await listTickets({ ...filter, bbox }, cursor ?? undefined, signal, { limit: 200 });
    tickets = [...tickets, ...page.items];
    cursor = page.next_cursor;
  } while (cursor && tickets.length < ON_MAP);
  return { tickets, more: Boolean(cursor) };
}
