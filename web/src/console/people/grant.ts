import { reference } from '../../api/reference.svelte';
import type { Schemas } from '../../api/types';
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
