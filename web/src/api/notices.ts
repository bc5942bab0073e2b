import { api, data } from './client';
import { pageQuery } from './query';
import type { Notice } from './types';

export async function listNotices(open: boolean, cursor: string | undefined, signal: AbortSignal) {
  const query = pageQuery(open ? { open } : {}, cursor);
  return data(api.GET('/v1/notices', { params: { query }, signal }));
}

/** Says that an administrator has seen a notice. */
export function acknowledge(notice: Notice): Promise<Notice> {
  return data(api.POST('/v1/notices/{id}/acknowledge', { params: { path: { id: notice.id } } }));
}
