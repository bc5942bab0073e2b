import { api, data } from './client';
import type { Notice } from './types';

export async function listNotices(open: boolean, cursor: string | undefined, signal: AbortSignal) {
  const query = { limit: 50, ...(open ? { open } : {}), ...(cursor === undefined ? {} : { cursor }) };
  return data(api.GET('/v1/notices', { params: { query }, signal }));
}

/** Says that an administrator has seen a notice. */
export function acknowledge(notice: Notice): Promise<Notice> {
  return data(api.POST('/v1/notices/{id}/acknowledge', { params: { path: { id: notice.id } } }));
}
