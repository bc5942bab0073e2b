import { latinDigits } from '../i18n/digits';

/** Letters that keyboards have in several forms, and signs that people leave out. The server folds what it searches; this is for lists in the browser. */
const SAME: readonly (readonly [RegExp, string])[] = [
  [/[يىئ]/g, 'ی'],
  [/ك/g, 'ک'],
  [/[ةۀ]/g, 'ه'],
  [/[أإآٱ]/g, 'ا'],
  [/ؤ/g, 'و'],
  [/[\u064b-\u065f\u0670\u0640ء]/g, ''],
  [/[\u200c\u00ad\s_-]+/g, ' '],
];

/** A text in the one form that is compared. */
export function folded(text: string): string {
  return SAME.reduce((all, [from, to]) => all.replace(from, to), latinDigits(text).toLowerCase()).trim();
}

/** How well a word fits what was typed: 0 at the beginning, 1 at the beginning of a later word, 2 within; nothing if it does not. */
function fit(word: string, typed: string): number | undefined {
  if (word.startsWith(typed)) return 0;
  if (word.includes(` ${typed}`)) return 1;
  return word.includes(typed) ? 2 : undefined;
}

/** The things that fit, the best first: names before other words, beginnings before middles. All of them where nothing was typed. */
export function find<T>(
  things: readonly T[],
  typed: string,
  names: (thing: T) => readonly string[],
  others: (thing: T) => readonly string[],
): T[] {
  const sought = folded(typed);
  if (sought === '') return [...things];
  const best = (texts: readonly string[]) => texts.flatMap((text) => fit(folded(text), sought) ?? []).toSorted((a, b) => a - b)[0];
  return things
    .flatMap((thing) => {
      const name = best(names(thing));
      const other = best(others(thing));
      const rank = Math.min(name ?? Number.POSITIVE_INFINITY, other === undefined ? Number.POSITIVE_INFINITY : other + 0.5);
      return Number.isFinite(rank) ? [{ thing, rank }] : [];
    })
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ thing }) => thing);
}
