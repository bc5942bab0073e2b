import { api, data } from './client';
import type { Schemas } from './types';

export type AuditEntry = Schemas['AuditView'];

/** What entries may be narrowed by, as it stands in an address; empty: not at all. */
export interface AuditFilter {
  readonly entity_kind: string;
  readonly entity: string;
  readonly actor: string;
  readonly action: string;
  readonly from: string;
  readonly to: string;
}

/** One page of the entries that fit, the newest first. */
export async function listAudit(filter: AuditFilter, cursor: string | undefined, signal: AbortSignal) {
  const given = Object.entries(filter).filter(([, value]) => value !== '');
  const query = { ...Object.fromEntries(given), limit: 50, ...(cursor === undefined ? {} : { cursor }) };
  return data(api.GET('/v1/audit', { params: { query }, signal }));
}
