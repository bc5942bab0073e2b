import { api, data } from './client';
import { Failure } from './problem';
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

function read(): Promise<readonly Outline[]> {
  const parents = new Set(reference.areas.map((area) => area.parent_id));
  return outlinesOf(reference.areas.filter((area) => !parents.has(area.id)).map((area) => area.id));
}

/** The outline of an area; none where it has none of its own. */
export async function outlineOf(id: string): Promise<Outline | undefined> {
  try {
    return await data(api.GET('/v1/areas/{id}/outline', { params: { path: { id } } }));
  } catch (error) {
    if (error instanceof Failure && error.problem?.status === 404) return undefined;
    throw error;
  }
}

/** The outlines of some areas, of those that have one. */
export async function outlinesOf(ids: readonly string[]): Promise<readonly Outline[]> {
  const waiting = [...ids];
  const found: Outline[] = [];
  const next = async (): Promise<void> => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      const outline = await outlineOf(id);
      if (outline) found.push(outline);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
  return found;
}
