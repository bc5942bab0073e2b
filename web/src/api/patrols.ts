import { api, data } from './client';
import { pageQuery } from './query';

/** What patrols may be narrowed by, as it stands in an address. */
export interface PatrolFilter {
  readonly area: string;
  readonly outcome: string;
  /** Ended at this instant or later, and before that one. */
  readonly from: string;
  readonly to: string;
}

export async function listPatrols(filter: PatrolFilter, cursor: string | undefined, signal: AbortSignal) {
  const query = pageQuery(filter, cursor);
  return data(api.GET('/v1/patrols', { params: { query }, signal }));
}
