import { guard } from './guard.svelte';

export const BASE = '/console';

/** What the browser keeps beside an entry of its history. */
interface Entry {
  /** Names the entry: what a page remembers belongs to it. */
  readonly key: string;
  /** Its place in the history, to undo a step that the person did not mean. */
  readonly at: number;
}

/** The path below `/console`, such as `/tickets/…`, without a slash at its end. */
function pathOf(url: URL): string {
  const path = url.pathname.startsWith(BASE) ? url.pathname.slice(BASE.length) : url.pathname;
  return path.replace(/\/+$/, '') || '/';
}

/** An address in the console: a path and, where they have a value, its parameters. */
export function href(path: string, query: Readonly<Record<string, string | undefined>> = {}): string {
  const given = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== '');
  const text = new URLSearchParams(given).toString();
  return `${BASE}${path === '/' ? '/' : path}${text ? `?${text}` : ''}`;
}

function entry(at: number): Entry {
  return { key: Math.random().toString(36).slice(2), at };
}

/** Where the person is. The address is the only place that says so: every view can be linked to and gone back to. */
class Router {
  path = $state('/');
  query = $state.raw(new URLSearchParams());
  /** Of the entry in the history. */
  key = $state('');
  #at = 0;
  /** Where this document began: going back further would leave the console. */
  #first = 0;
  #undoing = false;

  start(): void {
    const kept = history.state as Entry | null;
    // A document that is opened anew is the last entry of the tab's history.
    if (kept?.key === undefined) history.replaceState(entry(history.length - 1), '');
    history.scrollRestoration = 'manual';
    addEventListener('popstate', () => void this.#moved());
    addEventListener('click', (event) => this.#clicked(event));
    this.#read();
    this.#first = this.#at;
  }

  /** Goes back, as long as that stays in the console. */
  back(): void {
    if (this.#at > this.#first) history.back();
  }

  /** Goes to an address. Unsaved changes are asked about first: the page is made anew, even where its path stays. */
  async go(to: string, options: { replace?: boolean } = {}): Promise<void> {
    const url = new URL(to, location.href);
    if (!(await guard.leave())) return;
    if (options.replace) history.replaceState(entry(this.#at), '', url);
    else history.pushState(entry(this.#at + 1), '', url);
    this.#read();
  }

  /** Changes parameters of the address where the person is, and drops its fragment; `undefined` takes one away. The page stays. */
  set(query: Readonly<Record<string, string | undefined>>): void {
    const all = { ...Object.fromEntries(this.query), ...query };
    history.replaceState(history.state, '', href(this.path, all));
    this.#read();
  }

  async #moved(): Promise<void> {
    if (this.#undoing) {
      this.#undoing = false;
      return;
    }
    const kept = history.state as Entry | null;
    // Who writes a fragment into the address, as a telephone system does, makes an entry.
    const to = kept?.at ?? this.#at + 1;
    if (kept?.key === this.key) return;
    if (guard.dirty) {
      // The browser has moved already: go back, ask, and move again.
      const step = to - this.#at;
      this.#undoing = true;
      history.go(-step);
      if (await guard.leave()) history.go(step);
      return;
    }
    if (!kept) history.replaceState(entry(to), '');
    this.#read();
  }

  #read(): void {
    const url = new URL(location.href);
    const { key, at } = (history.state as Entry | null) ?? entry(0);
    this.#at = at;
    this.path = pathOf(url);
    this.query = url.searchParams;
    this.key = key;
  }

  #clicked(event: MouseEvent): void {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    if (!link || !plain || event.defaultPrevented || link.target || link.download) return;
    if (link.origin !== location.origin || !link.pathname.startsWith(`${BASE}/`)) return;
    event.preventDefault();
    if (link.hash && link.pathname === location.pathname && link.search === location.search) {
      // A place of the page: nothing is left.
      document.getElementById(link.hash.slice(1))?.focus();
      return;
    }
    void this.go(link.href);
  }
}

export const router = new Router();
