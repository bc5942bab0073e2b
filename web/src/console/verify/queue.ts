import { recall, remember } from '../core/memory';

const KEY = 'queue of rounds';

/** The rounds that somebody goes through, in the order of the list that they came from. */
export interface Queue {
  readonly ids: readonly string[];
  /** The address of the list, to go back to. */
  readonly list: string;
}

export function setQueue(queue: Queue): void {
  remember(KEY, queue);
}

export function queue(): Queue | undefined {
  return recall<Queue>(KEY);
}

/** The one so many after (before, if negative) a round; nothing at the ends. */
export function neighbour(ids: readonly string[], id: string, by: number): string | undefined {
  const at = ids.indexOf(id);
  return at < 0 ? undefined : ids[at + by];
}

/** The queue without a round that was judged, and the round to go on with: the one after it, else the one before. */
export function judged(ids: readonly string[], id: string): { readonly ids: readonly string[]; readonly next: string | undefined } {
  return { ids: ids.filter((other) => other !== id), next: neighbour(ids, id, 1) ?? neighbour(ids, id, -1) };
}
