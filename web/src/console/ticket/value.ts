import { personName, reference } from '../../api/reference.svelte';
import { dayTime } from '../../i18n/calendar';
import { digits, distance, isolated, number } from '../../i18n/digits';
import { i18n } from '../../i18n/language.svelte';
import { words } from '../../i18n/words.svelte';

/** Enumerations by the member that holds one of their words. */
/** Where several have one, the first that knows the word is meant. */
const ENUMERATIONS: Readonly<Record<string, string | readonly string[]>> = {
  status: ['ticket_status', 'conflict_status'],
  ticket: 'ticket_status',
  state: ['work_order_state', 'active_state'],
  work_order: 'work_order_state',
  priority: 'priority',
  hazard: 'hazard',
  boundary: 'boundary',
  verdict: 'round_verdict',
  visit_outcome: 'visit_outcome',
  origin: 'ticket_origin',
  point_source: 'point_source',
};

const PEOPLE = ['actor', 'by', 'evidence_by', 'account'];

interface PointLike {
  readonly lat: number;
  readonly lon: number;
  readonly accuracy_m?: number | null;
}

function isPoint(value: object): value is PointLike {
  return 'lat' in value && 'lon' in value;
}

/** A point as people read it, always in Latin digits: it is copied into other programs. */
export function pointText(point: PointLike): string {
  return `${point.lat.toFixed(5)}, ${point.lon.toFixed(5)}`;
}

/** What people read for a member of the API, wherever one is shown without a page of its own: histories, conflicts, changes. */
export function valueText(field: string, value: unknown): string {
  const t = i18n.t.common;
  if (value === null || value === undefined || value === '') return '—';
  if (typeof value === 'boolean') return value ? t.yes : t.no;
  if (typeof value === 'number') return field === 'distance_m' ? distance(value, i18n.language) : number(value, i18n.language);
  if (typeof value === 'string') {
    const kinds = ENUMERATIONS[field];
    if (kinds) return wordText([kinds].flat(), value);
    if (field === 'category') return reference.categoryName(value);
    if (field === 'organisation') return reference.organisationName(value);
    if (PEOPLE.includes(field)) return personName(value);
    if (/^\d{4}-\d\d-\d\dT/.test(value)) return dayTime(value, i18n.language);
    return digits(value, i18n.language);
  }
  if (Array.isArray(value)) return value.map((item) => valueText(field, item)).join(t.comma);
  if (typeof value === 'object' && isPoint(value)) {
    const near = value.accuracy_m ? ` (${i18n.t.ticket.accuracy(distance(value.accuracy_m, i18n.language))})` : '';
    return `${isolated(pointText(value))}${near}`;
  }
  if (typeof value !== 'object') return String(value);
  // A person or an organisation that comes with its name.
  if ('name' in value && 'id' in value) return String(value.name);
  return Object.entries(value)
    .filter(([, v]) => v !== null && v !== undefined)
    .map(([k, v]) => `${fieldName(k)}: ${valueText(k, v)}`)
    .join(t.comma);
}

/** What people read for a word of one of several enumerations. Those of contracts are not among the server's. */
function wordText(kinds: readonly string[], word: string): string {
  const known = kinds.map((kind) => words.of(kind, word)).find((label) => label !== word);
  return known ?? (i18n.t.contracts.statuses as Readonly<Record<string, string>>)[word] ?? word;
}

/** What people read for the name of a member. */
export function fieldName(field: string): string {
  const known = (i18n.t.fields as Readonly<Record<string, string>>)[field];
  return known ?? words.of('ticket_field', field);
}
