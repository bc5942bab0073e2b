import { Failure } from '../../api/problem';

/** A request that a form sends: one at a time, with what went wrong beside the form. */
export class Save {
  busy = $state(false);
  error = $state.raw<unknown>();

  /** Runs the request; true if it succeeded. */
  async run(request: () => Promise<unknown>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.error = undefined;
    try {
      await request();
      return true;
    } catch (error) {
      this.error = error;
      return false;
    } finally {
      this.busy = false;
    }
  }

  /** What the server says about a field. */
  field(pointer: string): string | undefined {
    return this.error instanceof Failure ? this.error.field(pointer) : undefined;
  }

  /** Whether the thing has changed since it was read. */
  get outdated(): boolean {
    return this.error instanceof Failure && this.error.code === 'precondition_failed';
  }
}
