/** A member that somebody else has changed since it was read. */
export interface Change {
  readonly field: string;
  readonly before: unknown;
  readonly theirs: unknown;
  readonly mine: unknown;
}

export interface Merge<T> {
  /** What was written, with what only the others have changed. */
  readonly merged: T;
  /** Only the others have changed it: their value is in `merged`. */
  readonly taken: readonly Change[];
  /** Both have changed it, to different values: the own value is in `merged`, and somebody decides. */
  readonly both: readonly Change[];
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** Brings two changes of the same thing together, member by member. */
export function merge<T extends object>(before: T, mine: T, theirs: T): Merge<T> {
  const changes = (Object.keys(before) as (keyof T & string)[])
    .map((field) => ({ field, before: before[field], theirs: theirs[field], mine: mine[field] }))
    .filter((change) => !same(change.theirs, change.before) && !same(change.theirs, change.mine));
  const taken = changes.filter((change) => same(change.mine, change.before));
  const both = changes.filter((change) => !taken.includes(change));
  return { merged: { ...mine, ...Object.fromEntries(taken.map((change) => [change.field, change.theirs])) }, taken, both };
}
