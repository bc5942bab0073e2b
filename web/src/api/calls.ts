import { latinDigits } from '../i18n/digits';
import { api, data } from './client';
import type { Schemas, Ticket } from './types';

/** The number of a caller; the reason stays in the audit log. */
export function revealCaller(call: string, reason: string): Promise<Schemas['Caller']> {
  return data(api.POST('/v1/calls/{id}/reveal', { params: { path: { id: call } }, body: { reason } }));
}

/** What a number called about before, the newest first. */
export interface EarlierCalls {
  readonly calls: readonly Schemas['CallView'][];
  /** The tickets of the calls, as far as the reader may see them. */
  readonly tickets: readonly Ticket[];
}

/** How many earlier tickets are shown. */
const TICKETS = 8;

export async function callsFrom(phone: string, signal: AbortSignal): Promise<EarlierCalls> {
  const { items: calls } = await data(api.POST('/v1/calls/find', { body: { phone: latinDigits(phone) }, signal }));
  const ids = [...new Set(calls.flatMap((call) => call.ticket ?? []))].slice(0, TICKETS);
  const read = await Promise.allSettled(ids.map((id) => data(api.GET('/v1/tickets/{id}', { params: { path: { id } }, signal }))));
  return { calls, tickets: read.flatMap((one) => (one.status === 'fulfilled' ? one.value : [])) };
}

/** Records a call that registers nothing. The same key again has no second effect. */
export function recordCall(call: Schemas['NewCall'], key: string): Promise<Schemas['CallView']> {
  return data(api.POST('/v1/calls', { params: { header: { 'Idempotency-Key': key } }, body: call }));
}
