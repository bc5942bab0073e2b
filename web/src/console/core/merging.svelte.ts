import { merge, type Change } from '../../lib/merge';

/** What a form keeps of the change of somebody who was faster. */
export class Merging<Form extends object> {
  taken = $state.raw<readonly Change[]>([]);
  both = $state.raw<readonly Change[]>([]);
  /** Whether there was one. */
  happened = $state(false);

  /** Brings what stands in the form together with what stands on the server now; answers what the form shows from now on. */
  bring(before: Form, mine: Form, theirs: Form): Form {
    const { merged, taken, both } = merge(before, mine, theirs);
    this.taken = taken;
    this.both = both;
    this.happened = true;
    return merged;
  }

  /** One of two values was chosen. */
  decided(change: Change): void {
    this.both = this.both.filter((other) => other.field !== change.field);
  }

  clear(): void {
    this.taken = [];
    this.both = [];
    this.happened = false;
  }
}
