/** A member of a thing that has another value than before. */
export interface Difference {
  readonly field: string;
  readonly before: unknown;
  readonly now: unknown;
}

/** Members that change with every write and mean nothing to people. */
const IGNORED = ['rev', 'updated_at', 'areas'];

/** What has changed of a thing between two readings. Lists below it are not compared: they are shown as they are. */
export function differences(before: object, now: object): Difference[] {
  const was = before as Readonly<Record<string, unknown>>;
  return Object.entries(now)
    .filter(([field, value]) => !IGNORED.includes(field) && !isList(value) && JSON.stringify(was[field]) !== JSON.stringify(value))
    .map(([field, value]) => ({ field, before: was[field], now: value }));
}

/** Lists of things; lists of words are values. */
function isList(value: unknown): boolean {
  return Array.isArray(value) && value.some((item) => typeof item === 'object');
}

/** What a form holds after its thing has changed below it: members that the person did not touch follow, the others stay as written. */
export function followed<Form extends Readonly<Record<string, unknown>>>(form: Form, before: Partial<Form>, now: Partial<Form>): Form {
  const untouched = Object.entries(now).filter(([field]) => form[field] === before[field]);
  return { ...form, ...Object.fromEntries(untouched) };
}
