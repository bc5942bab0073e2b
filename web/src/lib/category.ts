import type { Category, Schemas } from '../api/types';

type Data = Schemas['CategoryData'];
type Level = Schemas['NeedLevel'];
export type PhotoKind = Schemas['PhotoKind'];

/** What each step of work may need, in the words of the API. */
export const STEP_NEEDS = {
  start: ['visit'],
  submit: ['visit', 'start', 'photos', 'checklist', 'quantities'],
  fail_visit: ['visit', 'photos'],
  inspect: ['visit', 'start', 'photos', 'checklist', 'quantities'],
} as const;
export type Step = keyof typeof STEP_NEEDS;

export const STEPS = Object.keys(STEP_NEEDS) as Step[];

/** How much evidence may deviate, in the words of the API. */
export const THRESHOLDS = [
  'before_arrival_s',
  'after_departure_s',
  'open_visit_s',
  'exif_time_s',
  'clock_skew_s',
  'least_work_s',
  'position_m',
  'unstated_accuracy_m',
  'pair_m',
  'pair_heading_deg',
  'speed_kmh',
  'similar_bits',
] as const satisfies readonly (keyof Schemas['EvidenceThresholds'])[];
export type Threshold = (typeof THRESHOLDS)[number];

export const KINDS: readonly PhotoKind[] = ['before', 'during', 'after', 'defect', 'document'];

/** A category as its form has it: every member is a value of its own, so that two changes can be brought together. */
export interface CategoryForm {
  code: string;
  parent_id: string;
  name_fa: string;
  name_en: string;
  synonyms: string[];
  owner_id: string;
  hazard: Schemas['Hazard'];
  default_priority: Schemas['Priority'];
  needs_inspection: boolean;
  accept_minutes: number | null;
  resolve_minutes: number | null;
  /** How many photos of each kind; absent: none. */
  photos: Partial<Record<PhotoKind, number>>;
  stored: boolean;
  /** By step and need, such as `submit.photos`; absent: as usual. */
  steps: Record<string, Level>;
  evidence_radius_m: number | null;
  /** Absent: as usual. */
  thresholds: Partial<Record<Threshold, number>>;
  state: Schemas['ActiveState'];
}

/** What a form begins with: a category as it was read, or a new one of a group. */
export function formOf(category: Category | undefined, group = ''): CategoryForm {
  if (!category) {
    return {
      code: '',
      parent_id: group,
      name_fa: '',
      name_en: '',
      synonyms: [],
      owner_id: '',
      hazard: 'none',
      default_priority: 'normal',
      needs_inspection: false,
      accept_minutes: 60,
      resolve_minutes: 2880,
      photos: { before: 1, after: 1 },
      stored: false,
      steps: {},
      evidence_radius_m: 50,
      thresholds: {},
      state: 'active',
    };
  }
  const { evidence, evidence_thresholds: own } = category;
  const steps = evidence.steps as Partial<Record<Step, Partial<Record<string, Level | null>>>> | undefined;
  const levels = STEPS.flatMap((step) => STEP_NEEDS[step].map((need) => [`${step}.${need}`, steps?.[step]?.[need]] as const));
  return {
    code: category.code,
    parent_id: category.parent_id ?? '',
    name_fa: category.name_fa,
    name_en: category.name_en,
    synonyms: category.synonyms,
    owner_id: category.owner_id ?? '',
    hazard: category.hazard,
    default_priority: category.default_priority,
    needs_inspection: category.needs_inspection,
    accept_minutes: category.accept_minutes,
    resolve_minutes: category.resolve_minutes,
    photos: Object.fromEntries(
      KINDS.flatMap((kind) => evidence.photos.filter((rule) => rule.kind === kind).map((rule) => [kind, rule.min])),
    ),
    stored: evidence.stored ?? false,
    steps: Object.fromEntries(levels.flatMap(([key, level]) => (level ? [[key, level]] : []))),
    evidence_radius_m: category.evidence_radius_m,
    thresholds: Object.fromEntries(
      THRESHOLDS.flatMap((name) => (own[name] === undefined || own[name] === null ? [] : [[name, own[name]]])),
    ),
    state: category.state,
  };
}

/** What is sent: all members, because the server replaces all. `checklist` stays what was read: the form has no way to choose another. */
export function dataOf(form: CategoryForm, checklist: string | null): Data {
  const { photos, stored, steps, thresholds, synonyms, parent_id, owner_id, accept_minutes, resolve_minutes, evidence_radius_m, ...rest } =
    form;
  const stepsOf = (step: Step) =>
    Object.fromEntries(STEP_NEEDS[step].flatMap((need) => (steps[`${step}.${need}`] ? [[need, steps[`${step}.${need}`]]] : [])));
  const told = STEPS.map((step) => [step, stepsOf(step)] as const).filter(([, needs]) => Object.keys(needs).length > 0);
  return {
    ...rest,
    parent_id: parent_id || null,
    owner_id: owner_id || null,
    checklist_id: checklist,
    synonyms: synonyms.map((word) => word.trim()).filter(Boolean),
    // The form requires them; the server says what is wrong with any other value.
    accept_minutes: accept_minutes ?? 0,
    resolve_minutes: resolve_minutes ?? 0,
    evidence_radius_m: evidence_radius_m ?? 0,
    evidence: {
      photos: KINDS.flatMap((kind) => (photos[kind] ? [{ kind, min: photos[kind] }] : [])),
      stored,
      ...(told.length > 0 ? { steps: Object.fromEntries(told) } : {}),
    },
    evidence_thresholds: thresholds,
  };
}

/** Categories as a tree, of those that `fits`: each group is followed by what belongs to it. A group stays for the sake of its members. */
export function treeOf(categories: readonly Category[], fits: (category: Category) => boolean): Category[] {
  return categories
    .filter((category) => !category.parent_id)
    .flatMap((group) => {
      const members = categories.filter((category) => category.parent_id === group.id);
      const kept = members.filter(fits);
      return kept.length > 0 || fits(group) ? [group, ...kept] : [];
    });
}
