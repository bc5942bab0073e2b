import { api, data } from './client';

/** What patrols may be narrowed by, as it stands in an address. */
export interface PatrolFilter {
  readonly area: string;
  readonly outcome: string;
  /** Ended at this instant or later, and before that one. */
  readonly from: string;
  readonly to: string;
}

export async function listPatrols(filter: PatrolFilter, cursor: string | undefined, signal: AbortSignal) {
  const given = Object.entries(filter).filter(([, value]) => value !== '');
  const query = { ...Object.fromEntries(given), limit: 50, ...(cursor === undefined ? {} : { cursor }) };
  return data(api.GET('/v1/patrols', { params: { query }, signal }));
}
