import { latinDigits } from '../i18n/digits';
import { api, data } from './client';
import type { Schemas } from './types';

/** The number of a caller; the reason stays in the audit log. */
export function revealCaller(call: string, reason: string): Promise<Schemas['Caller']> {
  return data(api.POST('/v1/calls/{id}/reveal', { params: { path: { id: call } }, body: { reason } }));
}

/** The earlier calls from a number, the newest first. */
export async function callsFrom(phone: string, signal: AbortSignal): Promise<readonly Schemas['CallView'][]> {
  const found = await data(api.POST('/v1/calls/find', { body: { phone: latinDigits(phone) }, signal }));
  return found.items;
}

/** Records a call that registers nothing. The same key again has no second effect. */
export function recordCall(call: Schemas['NewCall'], key: string): Promise<Schemas['CallView']> {
  return data(api.POST('/v1/calls', { params: { header: { 'Idempotency-Key': key } }, body: call }));
}
