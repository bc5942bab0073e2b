/** Asks before unsaved changes are left. */
class Guard {
  #forms = new Set<symbol>();
  /** Set while the person is asked. */
  question = $state.raw<(leave: boolean) => void>();

  constructor() {
    globalThis.addEventListener?.('beforeunload', (event) => {
      if (this.dirty) event.preventDefault();
    });
  }

  get dirty(): boolean {
    return this.#forms.size > 0;
  }

  /** Says whether a form has unsaved changes. */
  mark(form: symbol, changed: boolean): void {
    if (changed) this.#forms.add(form);
    else this.#forms.delete(form);
  }

  /** Resolves to true if the page may be left. */
  async leave(): Promise<boolean> {
    if (!this.dirty) return true;
    this.question?.(false);
    const answer = await new Promise<boolean>((resolve) => {
      this.question = resolve;
    });
    this.question = undefined;
    if (answer) this.#forms.clear();
    return answer;
  }
}

export const guard = new Guard();

/** Marks a form as changed for as long as `changed` says so. Call it while a component is made. */
export function guarded(changed: () => boolean): void {
  const form = Symbol('form');
  $effect(() => {
    guard.mark(form, changed());
    return () => guard.mark(form, false);
  });
}
