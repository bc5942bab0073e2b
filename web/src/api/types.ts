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
export type Patrol = Schemas['PatrolView'];
export type Notice = Schemas['NoticeView'];
export type Photo = Schemas['ShownPhoto'];
export type Verdict = Schemas['VerdictView'];
export type Evidence = Schemas['OrderEvidence'];
export type Point = Schemas['Point'];
export type TicketSummary = Schemas['TicketSummary'];
export type PersonName = Schemas['PersonView'];
export type Role = Schemas['Role'];
export type Permission = Schemas['Permission'];
