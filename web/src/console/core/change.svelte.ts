import { Save } from './save.svelte';

/**
 * A command about a thing that somebody looks at in a form. It carries the revision that the person has seen, however often the page reads
 * the thing again below the form; where somebody was faster it shows what they changed, and the next attempt has seen that.
 */
export class Change<Thing> extends Save {
  /** The thing as the person has seen it. */
  seen = $state.raw() as Thing;
  /** As it was before somebody else changed it; absent until that happens. */
  before = $state.raw<Thing>();
  readonly #read: () => Promise<Thing>;
  readonly #changed: ((before: Thing, now: Thing) => void) | undefined;

  /** `read` reads the thing again after somebody was faster; `changed` hears of it before the form shows it. */
  constructor(first: Thing, read: () => Promise<Thing>, changed?: (before: Thing, now: Thing) => void) {
    super();
    this.seen = first;
    this.#read = read;
    this.#changed = changed;
  }

  /** Sends a command about the thing as it was seen; true if it succeeded. */
  async send(command: (seen: Thing) => Promise<unknown>): Promise<boolean> {
    const seen = this.seen;
    if (await this.run(() => command(seen))) return true;
    if (!this.outdated) return false;
    // Without an answer the refusal stays, and the next attempt asks again.
    const now = await this.#read().catch(() => undefined);
    if (now === undefined) return false;
    this.#changed?.(seen, now);
    this.before = seen;
    this.seen = now;
    return false;
  }
}
