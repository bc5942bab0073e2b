/** What a key does on the page that is shown. */
export interface Shortcut {
  /** As `KeyboardEvent.key`; two keys in a row as `g i`. */
  readonly keys: string;
  readonly label: string;
  readonly run: () => void;
}

interface Group {
  readonly title: string;
  readonly shortcuts: readonly Shortcut[];
}

/** Keys of a Persian keyboard by the Latin letter on the same key: shortcuts work whichever layout is on. */
const SAME_KEY: Readonly<Record<string, string>> = { '؟': '?', '/': '/' };

/** Where typing is text and no shortcut. */
function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));
}

/** The letter of a key press, by the place of the key where the layout gives another script. */
export function letter(event: Pick<KeyboardEvent, 'key' | 'code'>): string {
  const same = SAME_KEY[event.key];
  if (same) return same;
  const place = /^Key([A-Z])$/.exec(event.code)?.[1];
  return place && !/^[a-z]$/i.test(event.key) && event.key.length === 1 ? place.toLowerCase() : event.key;
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
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (isTyping(event.target) || document.querySelector('dialog[open]')) return;
    const key = letter(event);
    const pressed = this.#first ? `${this.#first} ${key}` : key;
    clearTimeout(this.#timer);
    this.#first = '';
    const all = this.#added.flatMap((group) => group.shortcuts);
    // Of two with the same keys the page's own, which was added later, is meant.
    const found = all.findLast((shortcut) => shortcut.keys === pressed);
    if (found) {
      event.preventDefault();
      found.run();
    } else if (all.some((shortcut) => shortcut.keys.startsWith(`${pressed} `))) {
      this.#first = pressed;
      this.#timer = setTimeout(() => (this.#first = ''), 1500);
    }
  }
}

export const keys = new Keys();

/** Adds shortcuts while a component is shown. Call it while the component is made. */
export function shortcuts(group: () => Group): void {
  $effect(() => {
    return keys.add(group());
  });
}
