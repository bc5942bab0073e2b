import type { components } from './schema';

/** The shapes of the API's document, by name. */
export type Schemas = components['schemas'];

export type Ticket = Schemas['TicketView'];
export type TicketDetail = Schemas['DetailView'];
export type Order = Schemas['WorkOrderView'];
export type OrderDetail = Schemas['WorkOrderDetail'];
export type Round = Schemas['RoundView'];
export type Conflict = Schemas['ConflictView'];
export type Quarantined = Schemas['QuarantinedView'];
export type Category = Schemas['CategoryView'];
export type Area = Schemas['AreaView'];
export type Organisation = Schemas['OrganisationView'];
export type Account = Schemas['AccountView'];
export type Device = Schemas['DeviceView'];
export type Contract = Schemas['ContractView'];
export type Coverage = Schemas['CoverageView'];
export type Photo = Schemas['ShownPhoto'];
export type Verdict = Schemas['VerdictView'];
export type Evidence = Schemas['OrderEvidence'];
export type Point = Schemas['Point'];

/** What a row says of its ticket. The lists will bring it with each row; until then {@link summaries} reads it. */
export interface TicketSummary {
  readonly id: string;
  readonly code: string;
  readonly category: string;
  readonly address: string | null;
  readonly text: string;
  readonly areas: readonly string[];
  readonly priority: Schemas['Priority'];
  readonly hazard: Schemas['Hazard'];
  readonly status: Schemas['TicketStatus'];
  readonly promiseAt: string | null;
  readonly createdAt: string;
  readonly point: Point;
}

/** The summary that a ticket itself holds. */
export function summaryOf(ticket: Ticket): TicketSummary {
  return {
    id: ticket.id,
    code: ticket.code,
    category: ticket.category,
    address: ticket.address_text,
    text: ticket.text,
    areas: ticket.leaf_areas,
    priority: ticket.priority,
    hazard: ticket.hazard,
    status: ticket.status,
    promiseAt: ticket.promise_at,
    createdAt: ticket.created_at,
    point: ticket.point,
  };
}
