/** One thing that a page shows, read when the page is opened and again when it may have changed. */
export class Reading<Thing> {
  value = $state.raw<Thing>();
  error = $state.raw<unknown>();
  #turn = 0;
  readonly #read: () => Promise<Thing>;

  constructor(read: () => Promise<Thing>) {
    this.#read = read;
  }

  /** Reads it. An answer that comes after that of a later reading is not shown. */
  async load(): Promise<void> {
    const turn = (this.#turn += 1);
    const shown = () => turn === this.#turn;
    try {
      const value = await this.#read();
      if (!shown()) return;
      this.value = value;
      this.error = undefined;
    } catch (problem) {
      if (shown()) this.error = problem;
    }
  }

  /** Reads it, and answers it. Throws what kept it from being read. */
  async again(): Promise<Thing> {
    await this.load();
    if (this.error !== undefined || this.value === undefined) throw this.error;
    return this.value;
  }
}
