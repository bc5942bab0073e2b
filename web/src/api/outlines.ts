import { api, data } from './client';
import { reference } from './reference.svelte';
import type { Schemas } from './types';

export type Outline = Schemas['AreaFeature'];

/** How many outlines are asked for at once. */
const AT_ONCE = 4;
let kept: Promise<readonly Outline[]> | undefined;

/** The outlines of the smallest areas, read once. */
export function outlines(): Promise<readonly Outline[]> {
  kept ??= read().catch((error: unknown) => {
    kept = undefined;
    throw error;
  });
  return kept;
}

async function read(): Promise<readonly Outline[]> {
  const parents = new Set(reference.areas.map((area) => area.parent_id));
  const leaves = reference.areas.filter((area) => !parents.has(area.id)).map((area) => area.id);
  const found: Outline[] = [];
  const next = async (): Promise<void> => {
    for (let id = leaves.shift(); id !== undefined; id = leaves.shift()) {
      found.push(await data(api.GET('/v1/areas/{id}/outline', { params: { path: { id } } })));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
  return found;
}
