import { api, data, ifMatch } from './client';
import { pageQuery } from './query';
import type { Evidence, Round, Schemas, TicketDetail } from './types';

/** What rounds may be narrowed by, as it stands in an address. */
export interface RoundFilter {
  readonly verdict: string;
  readonly area: string;
  readonly organisation: string;
}

export async function listRounds(filter: RoundFilter, cursor: string | undefined, signal: AbortSignal) {
  const query = pageQuery(filter, cursor);
  return data(api.GET('/v1/rounds', { params: { query }, signal }));
}

/** All that is needed to judge a round. */
export interface RoundPage {
  readonly round: Round;
  readonly ticket: TicketDetail;
  readonly evidence: Evidence;
}

export async function readRound(id: string): Promise<RoundPage> {
  const round = await data(api.GET('/v1/rounds/{id}', { params: { path: { id } } }));
  const [ticket, evidence] = await Promise.all([
    data(api.GET('/v1/tickets/{id}', { params: { path: { id: round.ticket.id } } })),
    data(api.GET('/v1/work-orders/{id}/evidence', { params: { path: { id: round.work_order } } })),
  ]);
  return { round, ticket, evidence };
}

/** Accepts a round as it was read. */
export function acceptRound(round: Round, body: Schemas['VerifyBody']): Promise<Round> {
  return data(api.POST('/v1/rounds/{id}/verify', { params: { path: { id: round.id }, header: ifMatch(round) }, body }));
}

/** Returns a round as it was read. */
export function returnRound(round: Round, body: Schemas['ReworkBody']): Promise<Round> {
  return data(api.POST('/v1/rounds/{id}/rework', { params: { path: { id: round.id }, header: ifMatch(round) }, body }));
}
