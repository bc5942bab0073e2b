import { api, data, ifMatch } from './client';
import { pageQuery } from './query';
import type { Conflict, Quarantined, Schemas } from './types';

/** What conflicts may be narrowed by, as it stands in an address. */
export interface ConflictFilter {
  readonly status: string;
  readonly severity: string;
  readonly kind: string;
}

export async function listConflicts(filter: ConflictFilter, cursor: string | undefined, signal: AbortSignal) {
  const query = pageQuery(filter, cursor);
  return data(api.GET('/v1/conflicts', { params: { query }, signal }));
}

export function readConflict(id: string): Promise<Conflict> {
  return data(api.GET('/v1/conflicts/{id}', { params: { path: { id } } }));
}

/** Decides about a conflict as it was read. */
export function resolveConflict(conflict: Conflict, body: Schemas['ResolveBody']): Promise<Conflict> {
  return data(api.POST('/v1/conflicts/{id}/resolve', { params: { path: { id: conflict.id }, header: ifMatch(conflict) }, body }));
}

export async function listQuarantine(cursor: string | undefined, signal: AbortSignal) {
  const query = pageQuery({}, cursor);
  return data(api.GET('/v1/quarantine', { params: { query }, signal }));
}

/** Has a quarantined mutation decided again, or refuses it. */
export function settleQuarantined(id: string, how: 'adopt' | 'discard'): Promise<Quarantined> {
  const params = { path: { id } };
  return how === 'adopt'
    ? data(api.POST('/v1/quarantine/{id}/adopt', { params, body: {} }))
    : data(api.POST('/v1/quarantine/{id}/discard', { params }));
}
