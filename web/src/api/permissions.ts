import type { components } from './schema';

export type Role = components['schemas']['Role'];

/** A permission that the console asks for before it offers something; the server asks again. */
export type Permission =
  | 'ticket.create'
  | 'ticket.manage'
  | 'call.manage'
  | 'caller.reveal'
  | 'work.manage'
  | 'round.verify'
  | 'conflict.read'
  | 'conflict.resolve'
  | 'account.read'
  | 'account.manage'
  | 'device.manage'
  | 'contract.read'
  | 'contract.manage'
  | 'catalogue.manage'
  | 'audit.read';

/** Who holds each: as `crates/domain/src/policy.rs` says; the test beside this file compares. */
export const HOLDERS: Record<Permission, readonly Role[]> = {
  'ticket.create': ['operator', 'supervisor', 'inspector', 'crew'],
  'ticket.manage': ['admin', 'operator', 'supervisor'],
  'call.manage': ['operator'],
  'caller.reveal': ['operator'],
  'work.manage': ['admin', 'operator', 'supervisor'],
  'round.verify': ['supervisor', 'inspector'],
  'conflict.read': ['admin', 'operator', 'supervisor', 'auditor'],
  'conflict.resolve': ['supervisor'],
  'account.read': ['admin', 'supervisor', 'auditor'],
  'account.manage': ['admin'],
  'device.manage': ['admin'],
  'contract.read': ['admin', 'operator', 'supervisor', 'contractor_manager', 'auditor'],
  'contract.manage': ['admin'],
  'catalogue.manage': ['admin'],
  'audit.read': ['admin', 'auditor'],
};

/** Whether one of the roles holds the permission. */
export function allows(roles: readonly Role[], permission: Permission): boolean {
  return HOLDERS[permission].some((role) => roles.includes(role));
}
