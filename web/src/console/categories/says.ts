import { reference } from '../../api/reference.svelte';
import { number } from '../../i18n/digits';
import { i18n } from '../../i18n/language.svelte';
import { setup } from '../../i18n/setup/texts';
import { words } from '../../i18n/words.svelte';
import { UNITS, unitOf } from '../../lib/amount';
import { KINDS, STEP_NEEDS, STEPS, THRESHOLDS, type CategoryForm } from '../../lib/category';

/** A length of time in the largest unit in which it is whole: `2 days`. */
export function minutesText(minutes: number): string {
  const unit = unitOf(minutes);
  return number(minutes / UNITS[unit], i18n.language, { style: 'unit', unit, unitDisplay: 'long' });
}

/** The members of a category in the order in which they are read. */
export const FIELDS = [
  'name_fa',
  'name_en',
  'synonyms',
  'parent_id',
  'owner_id',
  'hazard',
  'default_priority',
  'needs_inspection',
  'accept_minutes',
  'resolve_minutes',
  'photos',
  'stored',
  'steps',
  'evidence_radius_m',
  'thresholds',
  'state',
] as const satisfies readonly (keyof CategoryForm)[];

export function fieldName(field: string): string {
  return (setup.t.categories.fields as Readonly<Record<string, string>>)[field] ?? field;
}

/** What people read for a member of the form of a category. */
export function says<Field extends keyof CategoryForm>(field: Field, value: CategoryForm[Field]): string {
  const t = setup.t.categories;
  const { common } = i18n.t;
  const comma = common.comma;
  const form = { [field]: value } as Partial<CategoryForm>;
  if (typeof value === 'boolean') return value ? common.yes : common.no;
  if (form.photos) {
    const told = KINDS.flatMap((kind) => (form.photos?.[kind] ? [t.photosOf(words.of('photo_kind', kind), form.photos[kind])] : []));
    return told.join(comma) || t.none;
  }
  if (form.steps) {
    const told = STEPS.flatMap((step) =>
      STEP_NEEDS[step].flatMap((need) => {
        const level = form.steps?.[`${step}.${need}`];
        return level ? [`${t.steps[step]}${comma}${t.needs[need]}: ${t.levels[level]}`] : [];
      }),
    );
    return told.join(t.semicolon) || t.asUsual;
  }
  if (form.thresholds) {
    const own = form.thresholds;
    const told = THRESHOLDS.flatMap((name) =>
      own[name] === undefined ? [] : [`${t.thresholds[name]}: ${number(own[name], i18n.language)}`],
    );
    return told.join(t.semicolon) || t.asUsual;
  }
  if (Array.isArray(value)) return value.join(comma) || t.none;
  if (field === 'accept_minutes' || field === 'resolve_minutes') return typeof value === 'number' ? minutesText(value) : t.none;
  if (typeof value === 'number') return number(value, i18n.language);
  if (!value) return t.none;
  if (field === 'parent_id') return reference.categoryName(String(value));
  if (field === 'owner_id') return reference.organisationName(String(value));
  const kinds: Readonly<Record<string, string>> = { hazard: 'hazard', default_priority: 'priority', state: 'active_state' };
  const kind = kinds[field];
  return kind ? words.of(kind, String(value)) : String(value);
}
