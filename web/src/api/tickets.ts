import { latinDigits } from '../i18n/digits';
import { api, data } from './client';
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
}

/** Codes of tickets are digits only; people say them in groups. */
const CODE = /^[\d\s-]{6,}$/;

/** One page of the tickets that fit, the newest first. */
export async function listTickets(filter: TicketFilter, cursor: string | undefined, signal: AbortSignal, limit = 50) {
  const words = latinDigits(filter.q?.trim() ?? '');
  const sought = words === '' ? {} : CODE.test(words) ? { code: words } : { q: words };
  const given = Object.entries({ ...filter, q: undefined }).filter(([, value]) => value);
  const query = { ...Object.fromEntries(given), ...sought, limit, ...(cursor === undefined ? {} : { cursor }) };
  return data(api.GET('/v1/tickets', { params: { query }, signal })) as Promise<Schemas['Listed_TicketView']>;
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
    data(api.GET('/v1/tickets/{id}', { params: { path: { id } } })),
    data(api.GET('/v1/photos', { params: { query: { ...query, limit: 200 } } })),
    session.may('call.manage') ? data(api.GET('/v1/calls', { params: { query } })) : undefined,
  ]);
  return { ticket, photos: photos.items, calls: calls?.items };
}
