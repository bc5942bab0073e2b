import { api, data, ifMatch } from './client';
import { Failure } from './problem';
import { reference } from './reference.svelte';
import type { Area, Category, Schemas } from './types';

export function readCategory(id: string): Promise<Category> {
  return data(api.GET('/v1/categories/{id}', { params: { path: { id } } }));
}

/** Adds a category, or changes one as it was read. */
export async function saveCategory(read: Category | undefined, body: Schemas['CategoryData'], key: string): Promise<Category> {
  const saved = await (read
    ? data(api.PUT('/v1/categories/{id}', { params: { path: { id: read.id }, header: ifMatch(read) }, body }))
    : data(api.POST('/v1/categories', { params: { header: { 'Idempotency-Key': key } }, body })));
  await reference.load();
  return saved;
}

export function readArea(id: string): Promise<Area> {
  return data(api.GET('/v1/areas/{id}', { params: { path: { id } } }));
}

/** Changes names and parent of an area as it was read. */
export async function saveArea(read: Area, body: Schemas['AreaData']): Promise<Area> {
  const saved = await data(api.PUT('/v1/areas/{id}', { params: { path: { id: read.id }, header: ifMatch(read) }, body }));
  await reference.load();
  return saved;
}

/** The areas that hold a point, and how clearly it lies in them. */
export function locate(point: { readonly lat: number; readonly lon: number }): Promise<Schemas['LocateAnswer']> {
  return data(api.GET('/v1/areas/locate', { params: { query: { lat: point.lat, lon: point.lon } } }));
}

export type Outline = Schemas['AreaFeature'];

/** The outline of an area; none where it has none of its own. */
export async function outlineOf(id: string): Promise<Outline | undefined> {
  try {
    return await data(api.GET('/v1/areas/{id}/outline', { params: { path: { id } } }));
  } catch (error) {
    if (error instanceof Failure && error.problem?.status === 404) return undefined;
    throw error;
  }
}

/** How many outlines are asked for at once. */
const AT_ONCE = 4;

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
