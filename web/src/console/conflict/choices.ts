import { personName } from '../../api/reference.svelte';
import type { Conflict, Schemas } from '../../api/types';
import { readPoint } from '../../lib/geometry';
import { latinDigits } from '../../i18n/digits';
import { endOf } from '../../ui/day';
import { valueText } from '../ticket/value';

type Sides = Pick<Conflict, 'kind' | 'base' | 'theirs' | 'mine'>;
type Members = Readonly<Record<string, unknown>>;

function membersOf(side: unknown): Members {
  return typeof side === 'object' && side !== null ? (side as Members) : {};
}

/** One of several others that `take_other` may take. */
export interface Choice {
  readonly id: string;
  readonly label: string;
}

/** By which member the sides of a kind are named. */
const NAMED_BY = ['event', 'answer', 'measurement'] as const;

/** The others that a decision may name; none where there is only one. */
export function choices(conflict: Pick<Conflict, 'mine'>): Choice[] {
  if (!Array.isArray(conflict.mine)) return [];
  return conflict.mine.flatMap((side: unknown) => {
    const members = membersOf(side);
    const id = NAMED_BY.map((name) => members[name]).find((value) => typeof value === 'string');
    const content = valueText('value', members['value'] ?? members['findings'] ?? members['quantity']);
    return typeof id === 'string' ? [{ id, label: `${personName(members['actor'] as string)}: ${content}` }] : [];
  });
}

/** The two tickets that may be one, the older first; none in a conflict about something else. */
export function ticketsOf(conflict: Sides): string[] {
  if (conflict.kind !== 'possible_duplicate') return [];
  return [conflict.theirs, conflict.mine].flatMap((side) => {
    const { ticket } = membersOf(side);
    return typeof ticket === 'string' ? [ticket] : [];
  });
}

/** What the third value of `set` is: of a field of the ticket, a quantity, an answer of a checklist, or a proposal. */
export type Third = 'text' | 'point' | 'category' | 'quantity' | 'number' | 'boolean' | 'proposal';

/** What `set` sets in a conflict; nothing where it cannot: findings are what an inspector saw. */
export function thirdOf({ kind, base, theirs }: Sides): Third | undefined {
  if (kind === 'proposal') return 'proposal';
  if (kind === 'measurement_disagrees') return 'quantity';
  if (kind === 'already_submitted') {
    const { value, findings } = membersOf(theirs);
    if (findings !== undefined) return undefined;
    return typeof value === 'number' || typeof value === 'boolean' ? (typeof value as 'number' | 'boolean') : 'text';
  }
  const { field } = membersOf(base);
  return field === 'point' || field === 'category' ? field : 'text';
}

/** How a conflict may be decided, as far as its sides allow it. */
export function resolutionsOf(conflict: Sides & Pick<Conflict, 'accepts'>): Schemas['Resolution'][] {
  return conflict.accepts.filter((word) => word !== 'set' || thirdOf(conflict) !== undefined);
}

/** What somebody writes to decide about a conflict. */
export interface Written {
  readonly note: string;
  /** The ticket that stays. */
  readonly into: string;
  /** The side that is taken. */
  readonly which: string;
  readonly value: string;
  /** Of a proposal. */
  readonly priority: Schemas['Priority'] | '';
  readonly category: string;
  readonly until: string;
}

/** What somebody wrote as a third value, as the API takes it; what cannot be read is sent as it is, and the server says why not. */
function valueOf(third: Third | undefined, { value, priority, category, until }: Written): unknown {
  const text = value.trim();
  switch (third) {
    case 'point':
      return readPoint(latinDigits(text)) ?? text;
    case 'category':
      return category;
    case 'quantity':
    case 'number': {
      const number = Number(latinDigits(text).replace('٫', '.'));
      return text !== '' && Number.isFinite(number) ? number : text;
    }
    case 'boolean':
      return text === 'true';
    case 'proposal':
      return {
        ...(priority ? { priority } : {}),
        ...(category ? { category } : {}),
        ...(until ? { deferral: { until: endOf(until) } } : {}),
      };
    default:
      return text;
  }
}

/** A decision as it is sent: each resolution with what belongs to it, and nothing that was written for another one. */
export function decisionOf(conflict: Sides, resolution: Schemas['Resolution'], written: Written): Schemas['ResolveBody'] {
  const decision = { resolution, note: written.note.trim() || null };
  if (resolution === 'merge_into' && written.into) return { ...decision, into: written.into };
  if (resolution === 'take_other' && written.which) return { ...decision, value: written.which };
  if (resolution === 'set') return { ...decision, value: valueOf(thirdOf(conflict), written) };
  return decision;
}
