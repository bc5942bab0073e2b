import { describe, expect, it } from 'vitest';
import { Listing, type Page } from './listing.svelte';

interface Row {
  readonly id: string;
}

/** A list of so many rows that is read three at a time. */
function listed(total: number): { listing: Listing<Row>; rows: string[] } {
  const rows = Array.from({ length: total }, (_, n) => `r${n}`);
  const read = async (cursor: string | undefined): Promise<Page<Row>> => {
    const from = Number(cursor ?? 0);
    const items = rows.slice(from, from + 3).map((id) => ({ id }));
    // Only the first page is asked to count.
    const total = cursor === undefined ? { count: rows.length, is_exact: true } : null;
    return { items, total, next_cursor: from + 3 < rows.length ? String(from + 3) : null };
  };
  return { listing: new Listing(read), rows };
}

const ids = (listing: Listing<Row>) => listing.rows.map((row) => row.id);

describe('a listing', () => {
  it('reads page after page until there is none', async () => {
    const { listing, rows } = listed(7);
    await listing.load();
    expect(ids(listing)).toEqual(rows.slice(0, 3));
    await listing.next();
    expect(listing.total?.count).toBe(7);
    await listing.next();
    expect(listing.more).toBe(false);
    await listing.next();
    expect(ids(listing)).toEqual(rows);
  });

  it('is refreshed to the same length and keeps what is chosen', async () => {
    const { listing, rows } = listed(9);
    await listing.load();
    await listing.next();
    listing.chosen = 'r4';
    rows.unshift('new');
    await listing.refresh();
    expect(listing.total?.count).toBe(10);
    expect(ids(listing)).toEqual(['new', 'r0', 'r1', 'r2', 'r3', 'r4']);
    expect(listing.chosen).toBe('r4');
  });

  it('goes on to the row below when one is done', async () => {
    const { listing } = listed(3);
    await listing.load();
    listing.chosen = 'r1';
    listing.remove('r1');
    expect(listing.chosen).toBe('r2');
    listing.remove('r2');
    expect(listing.chosen).toBe('r0');
    listing.remove('r0');
    expect(listing.chosen).toBeUndefined();
  });

  it('keeps its place for the way back', async () => {
    const { listing } = listed(9);
    await listing.load();
    await listing.next();
    listing.chosen = 'r5';
    listing.keep('entry', 240);
    const back = listed(9).listing;
    expect(back.restore('entry')).toBe(240);
    expect(ids(back)).toEqual(ids(listing));
    expect(back.chosen).toBe('r5');
    await back.next();
    expect(back.rows.length).toBe(9);
    expect(listed(9).listing.restore('another')).toBeUndefined();
  });

  it('gives up what belongs to another filter', async () => {
    const { listing } = listed(9);
    await listing.load();
    listing.keep('filtered', 100);
    listing.discard('filtered');
    expect(ids(listing)).toEqual([]);
    expect(listing.ready).toBe(false);
    expect(listed(9).listing.restore('filtered')).toBeUndefined();
  });

  it('steps within its rows', async () => {
    const { listing } = listed(3);
    await listing.load();
    listing.step(1);
    expect(listing.chosen).toBe('r0');
    listing.step(1);
    listing.step(5);
    expect(listing.chosen).toBe('r2');
    listing.step(-9);
    expect(listing.chosen).toBe('r0');
  });

  it('says why it could not be read, and reads again', async () => {
    let away = true;
    const listing = new Listing<Row>(async () => {
      if (away) throw new Error('away');
      return { items: [{ id: 'a' }], next_cursor: null };
    });
    await listing.load();
    expect(listing.error).toBeInstanceOf(Error);
    away = false;
    await listing.load();
    expect(listing.error).toBeUndefined();
    expect(ids(listing)).toEqual(['a']);
  });

  it('forgets the answer to a question that was replaced', async () => {
    const answers: ((page: Page<Row>) => void)[] = [];
    const listing = new Listing<Row>((_, signal) => {
      return new Promise((resolve, reject) => {
        answers.push(resolve);
        signal.addEventListener('abort', () => reject(new Error('aborted')));
      });
    });
    const first = listing.load();
    const second = listing.load();
    answers[1]?.({ items: [{ id: 'second' }] });
    await Promise.all([first, second]);
    expect(ids(listing)).toEqual(['second']);
    expect(listing.error).toBeUndefined();
  });
});
