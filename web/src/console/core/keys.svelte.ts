import { latinDigits } from '../../i18n/digits';

/** What a key does on the page that is shown. */
export interface Shortcut {
  /** As `KeyboardEvent.key`; two keys in a row as `g i`. */
  readonly keys: string;
  readonly label: string;
  readonly run: () => void;
  /** Whether it goes on while the key is held, as a step in a list does. What decides something happens once. */
  readonly repeats?: boolean;
}

interface Group {
  readonly title: string;
  readonly shortcuts: readonly Shortcut[];
}

/** Signs of a Persian keyboard that mean another one. */
const SAME_KEY: Readonly<Record<string, string>> = { '؟': '?' };

/** Where typing is text and no shortcut. */
function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));
}

/** What Enter presses. */
function isPressed(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('button, a, summary') !== null;
}

/** The sign of a key press in Latin script: digits as `0`–`9`, letters by the place of the key where the layout gives another script. */
export function letter(event: Pick<KeyboardEvent, 'key' | 'code'>): string {
  const same = SAME_KEY[event.key];
  if (same) return same;
  const place = /^Key([A-Z])$/.exec(event.code)?.[1];
  return place && !/^[a-z]$/i.test(event.key) && event.key.length === 1 ? place.toLowerCase() : latinDigits(event.key);
}

/**
 * The shortcut that a key means after the `first` key of two, whether it runs, and what the next key comes after.
 *
 * A key that is held runs only what repeats.
 */
export function meant(
  all: readonly Shortcut[],
  first: string,
  key: string,
  held: boolean,
): { shortcut: Shortcut | undefined; first: string; run: boolean } {
  const pressed = first && !held ? `${first} ${key}` : key;
  // Of two with the same keys the page's own, which was added later, is meant.
  const shortcut = all.findLast((one) => one.keys === pressed);
  if (held) return { shortcut, first, run: shortcut?.repeats === true };
  const begins = !shortcut && all.some((one) => one.keys.startsWith(`${pressed} `));
  return { shortcut, first: begins ? pressed : '', run: shortcut !== undefined };
}

/** The shortcuts that work now: those of the page and those of everywhere. */
class Keys {
  // What counts is a plain list: while an effect is taken down, a state is read as it was before.
  #added: readonly Group[] = [];
  #groups = $state.raw<readonly Group[]>([]);
  #first = '';
  #timer: ReturnType<typeof setTimeout> | undefined;

  start(): void {
    addEventListener('keydown', (event) => this.#pressed(event));
  }

  get groups(): readonly Group[] {
    return this.#groups;
  }

  add(group: Group): () => void {
    this.#set([...this.#added, group]);
    return () => this.#set(this.#added.filter((g) => g !== group));
  }

  #set(groups: readonly Group[]): void {
    this.#added = groups;
    this.#groups = groups;
  }

  #pressed(event: KeyboardEvent): void {
    // A key that is still held from what came before presses no button.
    if (event.repeat && event.key === 'Enter' && isPressed(event.target)) event.preventDefault();
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (isTyping(event.target) || document.querySelector('dialog[open]')) return;
    const { shortcut, first, run } = meant(
      this.#added.flatMap((group) => group.shortcuts),
      this.#first,
      letter(event),
      event.repeat,
    );
    if (first !== this.#first) clearTimeout(this.#timer);
    if (first !== this.#first && first !== '') this.#timer = setTimeout(() => (this.#first = ''), 1500);
    this.#first = first;
    if (shortcut) event.preventDefault();
    if (run) shortcut?.run();
  }
}

export const keys = new Keys();

/** Adds shortcuts while a component is shown. Call it while the component is made. */
export function shortcuts(group: () => Group): void {
  $effect(() => {
    return keys.add(group());
  });
}
