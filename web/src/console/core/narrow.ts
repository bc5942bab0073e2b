import type { Identified, Listing } from './listing.svelte';
import { router } from './router.svelte';

/** Narrows a list by parameters of the address, and reads it from the beginning; nothing stays chosen. */
export function narrow<Row extends Identified>(listing: Listing<Row>, change: Readonly<Record<string, string | undefined>>): void {
  router.set(change);
  listing.chosen = undefined;
  void listing.load();
}
