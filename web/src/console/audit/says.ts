import { personName, reference } from '../../api/reference.svelte';
import { session } from '../../api/session.svelte';
import type { Permission } from '../../api/types';
import { setup } from '../../i18n/setup/texts';
import { i18n } from '../../i18n/language.svelte';
import { words } from '../../i18n/words.svelte';
import { actionText } from '../../lib/audit';
import { href } from '../core/router.svelte';
import { fieldName, valueText } from '../ticket/value';

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Enumerations by the member that holds one of their words. */
const ENUMERATIONS: Readonly<Record<string, string>> = { role: 'role', resolution: 'resolution', kind: 'conflict_kind' };

export function actionName(action: string): string {
  return actionText(action, setup.t.audit.subjects, setup.t.audit.verbs);
}

export function kindName(kind: string): string {
  return (setup.t.audit.subjects as Readonly<Record<string, string>>)[kind] ?? kind;
}

/** The page of a thing, and the permission that it needs. */
const PAGES: Readonly<Record<string, readonly [(id: string) => string, Permission]>> = {
  ticket: [(id) => href(`/tickets/${id}`), 'ticket.read'],
  round: [(id) => href(`/rounds/${id}`), 'round.verify'],
  conflict: [(id) => href(`/conflicts/${id}`), 'conflict.read'],
  account: [(id) => href(`/people/${id}`), 'account.read'],
  contract: [(id) => href('/contracts', { contract: id }), 'contract.read'],
  category: [(id) => href(`/categories/${id}`), 'catalogue.read'],
  area: [(id) => href(`/areas/${id}`), 'area.read'],
};

/** The address of the thing, for who may open its page. */
export function pageOf(kind: string, id: string): string | undefined {
  const page = PAGES[kind];
  return page && session.may(page[1]) ? page[0](id) : undefined;
}

/** What people read for the thing: its name where the console knows one. */
export function thingName(kind: string, id: string): string {
  if (kind === 'account') return personName(id);
  if (kind === 'category') return reference.categoryName(id);
  if (kind === 'area') return reference.areaNames([id]) || id;
  if (kind === 'organisation') return reference.organisationName(id);
  return id;
}

export function memberName(member: string): string {
  return (setup.t.audit.members as Readonly<Record<string, string>>)[member] ?? fieldName(member);
}

/** What people read for a member of an entry's detail. */
export function memberText(member: string, value: unknown): string {
  if (member === 'area' && typeof value === 'string') return thingName('area', value);
  if (member === 'areas' && Array.isArray(value)) {
    return value.map((id) => thingName('area', String(id))).join(i18n.t.common.comma) || '—';
  }
  const enumeration = ENUMERATIONS[member];
  if (enumeration && typeof value === 'string') return words.of(enumeration, value);
  const known = ['account', 'actor', 'organisation', 'category'].includes(member);
  // Ids are copied into other programs.
  if (typeof value === 'string' && ID.test(value) && !known) return value;
  return ['address', 'agent', 'sha256', 'code', 'number'].includes(member) && typeof value === 'string' ? value : valueText(member, value);
}
