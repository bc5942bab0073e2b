import type { Schemas } from '../api/types';

type Status = Schemas['TicketStatus'];

/** Statuses in which nobody owes the citizen anything more. */
const OVER: readonly Status[] = ['resolved', 'closed', 'duplicate', 'rejected', 'cancelled', 'referred'];

export const OPEN: readonly Status[] = ['new', 'triaged', 'in_work', 'waiting_citizen', 'deferred', 'reopen_requested'];

export function isOver(status: Status): boolean {
  return OVER.includes(status);
}
