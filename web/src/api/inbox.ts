import { api, data } from './client';
import { pageQuery } from './query';
import { session } from './session.svelte';
import type { Schemas } from './types';

/** Something that waits for the office. */
export type InboxItem = Inbox['items'][number];
export type InboxKind = Schemas['InboxKind'];
export type Inbox = Schemas['InboxView'];

const NOTHING: Inbox = { items: [], next_cursor: null, counts: [] };

/** A page of what waits: all of it, or of one kind. Nothing waits for people who are not of the office. */
export async function listInbox(kind: string | undefined, cursor: string | undefined, signal: AbortSignal): Promise<Inbox> {
  if (!session.may('conflict.read')) return NOTHING;
  const query = pageQuery({ kind: kind ?? '' }, cursor);
  return data(api.GET('/v1/inbox', { params: { query }, signal }));
}

/** Says that the reader looks after an item. */
export async function claimItem(item: InboxItem): Promise<void> {
  await data(api.POST('/v1/inbox/{id}/claim', { params: { path: { id: item.id } } }));
}

/** Says that the reader looks after an item no more. */
export async function releaseItem(item: InboxItem): Promise<void> {
  await data(api.POST('/v1/inbox/{id}/release', { params: { path: { id: item.id } } }));
}

/** Which page an item is worked on, as a path and a query. */
export function pageOf({ subject }: Pick<InboxItem, 'subject'>): readonly [path: string, query?: Record<string, string>] {
  switch (subject.type) {
    case 'work_order':
      return [`/tickets/${subject.value.ticket.id}`, { order: subject.value.id }];
    case 'round':
      return [`/rounds/${subject.value.id}`];
    case 'ticket':
      return [`/tickets/${subject.value.id}`];
    case 'conflict':
      return [`/conflicts/${subject.value.id}`];
    case 'quarantined':
      return ['/quarantine'];
    case 'device':
      return ['/devices', { account: subject.value.account_id }];
  }
}
