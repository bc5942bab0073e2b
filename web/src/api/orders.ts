import { api, data, ifMatch } from './client';
import { pageQuery } from './query';
import type { Order } from './types';

/** What a form says about a change of an order; each change takes what it needs. */
export interface OrderChange {
  readonly reason: string;
  readonly code: string;
  readonly note: string | null;
  readonly organisation: string | null;
  readonly at: string | null;
}

type Change = 'offer' | 'reassign' | 'hold' | 'refuseHold' | 'resume' | 'close' | 'object' | 'cancel';

/** Changes an order as it was read; a {@link Failure} `precondition_failed` says that somebody was faster. */
export function changeOrder(order: Order, change: Change, given: OrderChange): Promise<Order> {
  const params = { path: { id: order.id }, header: ifMatch(order) };
  const { reason, code, note, organisation, at } = given;
  switch (change) {
    case 'offer':
      return data(api.POST('/v1/work-orders/{id}/offer', { params, body: { organisation, reason } }));
    case 'reassign':
      return data(api.POST('/v1/work-orders/{id}/reassign', { params, body: { organisation, reason } }));
    case 'hold':
      return data(api.POST('/v1/work-orders/{id}/hold', { params, body: { reason, review_at: at ?? '' } }));
    case 'refuseHold':
      return data(api.POST('/v1/work-orders/{id}/refuse-hold', { params, body: { reason } }));
    case 'resume':
      return data(api.POST('/v1/work-orders/{id}/resume', { params }));
    case 'close':
      return data(api.POST('/v1/work-orders/{id}/close', { params }));
    case 'object':
      return data(api.POST('/v1/work-orders/{id}/object', { params, body: { reason, rework_due: at } }));
    case 'cancel':
      return data(api.POST('/v1/work-orders/{id}/cancel', { params, body: { code, note } }));
  }
}

/** What orders may be narrowed by, as it stands in an address. */
export interface OrderFilter {
  /** States, separated by commas. */
  readonly state: string;
  readonly area: string;
  readonly priority: string;
  readonly hazard: string;
  /** An organisation or a person. */
  readonly held_by: string;
  /** `true`: only what was due before now. */
  readonly late: string;
  readonly sort: string;
}

export async function listOrders(filter: OrderFilter, cursor: string | undefined, signal: AbortSignal) {
  const query = { ...pageQuery(filter, cursor), ...(cursor === undefined ? { total: true } : {}) };
  return data(api.GET('/v1/work-orders', { params: { query }, signal }));
}
