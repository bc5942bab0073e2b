import type { Role, Schemas } from '../../api/types';

type TicketStatus = Schemas['TicketStatus'];
type OrderState = Schemas['WorkOrderState'];

/** What the office does with a ticket. */
export type TicketAction = 'triage' | 'defer' | 'refer' | 'merge' | 'reject' | 'cancel' | 'reopen';

const SHUT: readonly TicketStatus[] = ['cancelled', 'duplicate', 'rejected'];
const GOING: readonly TicketStatus[] = ['new', 'triaged', 'in_work'];

/** The state that an action leads to, where that is one. */
const LEADS_TO: Partial<Record<TicketAction, TicketStatus>> = {
  defer: 'deferred',
  refer: 'referred',
  merge: 'duplicate',
  reject: 'rejected',
  cancel: 'cancelled',
};

/** What can be done with a ticket of this status; the server decides with more than the status. */
export function ticketActions(status: TicketStatus): TicketAction[] {
  const all: TicketAction[] = ['triage', 'defer', 'refer', 'merge', 'reject', 'cancel', 'reopen'];
  return all.filter((action) => {
    if (action === 'reopen') return !GOING.includes(status);
    if (SHUT.includes(status)) return false;
    return action === 'triage' || (status !== 'closed' && status !== LEADS_TO[action]);
  });
}

/** What the office does with a work order. */
export type OrderAction = 'offer' | 'reassign' | 'hold' | 'resume' | 'close' | 'object' | 'cancel';

interface Rule {
  readonly from: readonly OrderState[];
  readonly by: readonly Role[];
}

const OFFICE: readonly Role[] = ['operator', 'admin', 'supervisor'];

/** As the table of `docs/work-orders.md` has it; the test beside this file compares. */
export const ORDER_RULES: Record<OrderAction, Rule> = {
  offer: { from: ['draft', 'declined', 'expired'], by: OFFICE },
  reassign: { from: ['offered', 'accepted', 'in_progress', 'on_hold', 'submitted', 'failed_visit', 'rework'], by: OFFICE },
  hold: { from: ['accepted', 'in_progress'], by: ['supervisor'] },
  resume: { from: ['on_hold'], by: ['supervisor'] },
  close: { from: ['verified'], by: ['supervisor'] },
  object: { from: ['verified', 'closed'], by: ['supervisor'] },
  cancel: { from: ['draft', 'offered', 'accepted', 'declined', 'expired', 'in_progress', 'on_hold', 'failed_visit', 'rework'], by: OFFICE },
};

/** What somebody with these roles can do with an order in this state. */
export function orderActions(state: OrderState, roles: readonly Role[]): OrderAction[] {
  const all = Object.keys(ORDER_RULES) as OrderAction[];
  return all.filter((action) => ORDER_RULES[action].from.includes(state) && ORDER_RULES[action].by.some((role) => roles.includes(role)));
}
