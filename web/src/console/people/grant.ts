import { reference } from '../../api/reference.svelte';
import type { Account, Schemas } from '../../api/types';
import { endOf } from '../../ui/day';
import { words } from '../../i18n/words.svelte';

/** A role with where and for whom it is held. */
export function roleText(grant: Schemas['GrantView']): string {
  const where = [
    grant.organisation_id ? reference.organisationName(grant.organisation_id) : '',
    grant.areas.length > 0 ? reference.areaNames(grant.areas) : '',
  ].filter((text) => text !== '');
  const role = words.of('role', grant.role);
  return where.length > 0 ? `${role}: ${where.join(' · ')}` : role;
}

/** Whether a role was held before an instant and is not any more. */
export function isOver(grant: Pick<Schemas['GrantView'], 'valid_to'>, now: Date): boolean {
  return grant.valid_to !== null && new Date(grant.valid_to) <= now;
}

/** An account in words, to compare with what it was. */
export function accountText(account: Account): object {
  return { ...account, grants: account.grants.map(roleText) };
}

/** Roles that are held in areas, and those that may be. */
const IN_AREAS: readonly string[] = ['operator', 'supervisor', 'inspector', 'contractor_manager', 'crew'];
const FOR_FIRM: readonly string[] = ['contractor_manager', 'crew'];

export function isHeldInAreas(role: string): boolean {
  return IN_AREAS.includes(role);
}

export function isHeldForFirm(role: string): boolean {
  return FOR_FIRM.includes(role);
}

/** A grant as it is sent: areas and an organisation that were chosen for another role do not belong to it. */
export function grantOf(role: Schemas['Role'], areas: readonly string[], organisation: string, until: string): Schemas['NewGrant'] {
  return {
    role,
    areas: isHeldInAreas(role) ? [...areas] : [],
    organisation_id: isHeldForFirm(role) && organisation ? organisation : null,
    valid_to: until ? endOf(until) : null,
  };
}
