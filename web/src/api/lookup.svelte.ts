import { SvelteMap } from 'svelte/reactivity';

/** How many things are asked for at once. */
const AT_ONCE = 4;

/** Things that are read one by one when something shows them, each once. */
export class Lookup<T> {
  #found = new SvelteMap<string, T | null>();
  #asked = new Set<string>();
  #waiting: string[] = [];
  #running = 0;
  #read: (id: string) => Promise<T>;

  constructor(read: (id: string) => Promise<T>) {
    this.#read = read;
  }

  /** The thing; `undefined` until it has been read, `null` where it could not be. Shown again when it arrives. */
  get(id: string): T | null | undefined {
    const found = this.#found.get(id);
    if (found === undefined && !this.#asked.has(id)) {
      this.#asked.add(id);
      this.#waiting.push(id);
      queueMicrotask(() => this.#go());
    }
    return found;
  }

  /** Takes over a thing that came by another way. */
  put(id: string, thing: T): void {
    this.#asked.add(id);
    this.#found.set(id, thing);
  }

  clear(): void {
    this.#found.clear();
    this.#asked.clear();
    this.#waiting = [];
  }

  #go(): void {
    while (this.#running < AT_ONCE) {
      const id = this.#waiting.shift();
      if (id === undefined) return;
      this.#running += 1;
      void this.#read(id)
        .then((thing) => this.#found.set(id, thing))
        .catch(() => this.#found.set(id, null))
        .finally(() => {
          this.#running -= 1;
          this.#go();
        });
    }
  }
}
