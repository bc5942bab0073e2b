import { personName } from '../../api/reference.svelte';
import type { Conflict } from '../../api/types';
import { readPoint } from '../../lib/geometry';
import { latinDigits } from '../../i18n/digits';
import { valueText } from '../ticket/value';

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
    const members = side as Readonly<Record<string, unknown>>;
    const id = NAMED_BY.map((name) => members[name]).find((value) => typeof value === 'string');
    const content = valueText('value', members['value'] ?? members['findings'] ?? members['quantity']);
    return typeof id === 'string' ? [{ id, label: `${personName(members['actor'] as string)}: ${content}` }] : [];
  });
}

/** What somebody typed as the value of a field, as the API takes it: a point, a number or a text. */
export function valueOf(field: string, typed: string): unknown {
  const text = typed.trim();
  if (field === 'point') return readPoint(latinDigits(text)) ?? text;
  const number = Number(latinDigits(text));
  return field === '' && text !== '' && Number.isFinite(number) ? number : text;
}
