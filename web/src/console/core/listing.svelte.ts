import { recall, remember } from './memory';

/** A page of a list. */
export interface Page<Row> {
  readonly items: readonly Row[];
  readonly next_cursor?: string | null;
  /** Of all pages, where the list was asked to count. */
  readonly total?: Total | null;
}

/** How many rows a list has. */
interface Total {
  readonly count: number;
  /** Whether there are not more than that. */
  readonly is_exact: boolean;
}

export interface Identified {
  readonly id: string;
}

interface Kept<Row> {
  readonly rows: readonly Row[];
  readonly cursor: string | null;
  readonly total: Total | undefined;
  readonly chosen: string | undefined;
  readonly scroll: number;
}

/** A list that is read page by page, keeps its place on the way back, and is refreshed without losing it. */
export class Listing<Row extends Identified> {
  rows = $state.raw<readonly Row[]>([]);
  /** The row that keys act on, by its id. */
  chosen = $state<string>();
  loading = $state(false);
  /** Whether the first page has come. */
  ready = $state(false);
  error = $state.raw<unknown>();
  /** How many rows there are on all pages; absent where the list does not count. */
  total = $state.raw<Total>();
  #cursor = $state<string | null>(null);
  #read: (cursor: string | undefined, signal: AbortSignal) => Promise<Page<Row>>;
  #abort = new AbortController();

  constructor(read: (cursor: string | undefined, signal: AbortSignal) => Promise<Page<Row>>) {
    this.#read = read;
  }

  get more(): boolean {
    return this.#cursor !== null;
  }

  get row(): Row | undefined {
    return this.rows.find((row) => row.id === this.chosen);
  }

  /** Reads from the beginning. */
  async load(): Promise<void> {
    await this.#pages(1);
  }

  /** Reads again as many rows as are shown; the chosen one stays chosen. */
  async refresh(): Promise<void> {
    if (!this.loading) await this.#pages(this.rows.length);
  }

  /** Reads the next page. */
  async next(): Promise<void> {
    if (this.loading || this.#cursor === null) return;
    await this.#run(async (signal) => {
      const page = await this.#read(this.#cursor ?? undefined, signal);
      this.#show([...this.rows, ...page.items], page.next_cursor);
    });
  }

  /** Chooses the row so many below (above, if negative) the chosen one. */
  step(by: number): void {
    const at = this.rows.findIndex((row) => row.id === this.chosen);
    const to = at < 0 ? 0 : Math.min(Math.max(at + by, 0), this.rows.length - 1);
    this.chosen = this.rows[to]?.id;
    if (to >= this.rows.length - 3) void this.next();
  }

  /** Takes a row away that needs nothing any more, and chooses the one below it. */
  remove(id: string): void {
    const at = this.rows.findIndex((row) => row.id === id);
    if (at < 0) return;
    this.rows = this.rows.filter((row) => row.id !== id);
    if (this.chosen === id) this.chosen = (this.rows[at] ?? this.rows[at - 1])?.id;
  }

  /** Shows what an earlier visit left; false if there is none. */
  restore(key: string): number | undefined {
    const kept = recall<Kept<Row>>(key);
    if (!kept) return undefined;
    this.#show(kept.rows, kept.cursor);
    this.total = kept.total;
    this.chosen = kept.chosen;
    return kept.scroll;
  }

  keep(key: string, scroll: number): void {
    if (this.ready)
      remember(key, { rows: this.rows, cursor: this.#cursor, total: this.total, chosen: this.chosen, scroll } satisfies Kept<Row>);
  }

  /** Gives up what is shown and what was kept: it belongs to another filter. */
  discard(key: string): void {
    this.stop();
    remember(key, undefined);
    this.rows = [];
    this.total = undefined;
    this.#cursor = null;
    this.ready = false;
  }

  stop(): void {
    this.#abort.abort();
  }

  async #pages(least: number): Promise<void> {
    await this.#run(async (signal) => {
      let rows: readonly Row[] = [];
      let cursor: string | null | undefined;
      let total: Total | null | undefined;
      do {
        const page = await this.#read(cursor ?? undefined, signal);
        rows = [...rows, ...page.items];
        total ??= page.total;
        cursor = page.next_cursor;
      } while (cursor && rows.length < least);
      this.#show(rows, cursor);
      this.total = total ?? undefined;
    });
  }

  #show(rows: readonly Row[], cursor: string | null | undefined): void {
    this.rows = rows;
    this.#cursor = cursor ?? null;
    this.ready = true;
  }

  async #run(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.#abort.abort();
    const abort = new AbortController();
    this.#abort = abort;
    this.loading = true;
    try {
      await work(abort.signal);
      this.error = undefined;
    } catch (error) {
      if (!abort.signal.aborted) this.error = error;
    } finally {
      if (this.#abort === abort) this.loading = false;
    }
  }
}
