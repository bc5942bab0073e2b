/** Asks before unsaved changes are left. */
class Guard {
  #forms = new Set<() => boolean>();
  /** Set while the person is asked. */
  question = $state.raw<(leave: boolean) => void>();

  constructor() {
    globalThis.addEventListener?.('beforeunload', (event) => {
      if (this.dirty) event.preventDefault();
    });
  }

  get dirty(): boolean {
    return [...this.#forms].some((changed) => changed());
  }

  /** Asks a form, from now on, whether it has unsaved changes; until it is gone. */
  watch(changed: () => boolean): () => void {
    this.#forms.add(changed);
    return () => void this.#forms.delete(changed);
  }

  /** Lets go of every form without a question: the person who wrote is gone. */
  forget(): void {
    this.question?.(false);
    this.#forms.clear();
  }

  /** Resolves to true if the page may be left. */
  async leave(): Promise<boolean> {
    if (!this.dirty) return true;
    this.question?.(false);
    const answer = await new Promise<boolean>((resolve) => {
      const answered = (leave: boolean) => {
        if (this.question === answered) this.question = undefined;
        resolve(leave);
      };
      this.question = answered;
    });
    if (answer) this.#forms.clear();
    return answer;
  }
}

export const guard = new Guard();

/** Guards a form for as long as it is shown; `changed` says whether it holds what would be lost. Call it while a component is made. */
export function guarded(changed: () => boolean): void {
  $effect(() => guard.watch(changed));
}
