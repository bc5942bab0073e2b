/** How many rows a page of a list has. */
const ROWS = 50;

/** The query of a page of a list: the filters that have a value, and the cursor of every page after the first. Words are as the address has them. */
export function pageQuery(filter: object, cursor: string | undefined, limit = ROWS) {
  const given = Object.entries(filter).filter(([, value]) => value !== undefined && value !== '');
  return { ...Object.fromEntries(given), limit, ...(cursor === undefined ? {} : { cursor }) };
}
