import { api, data, ifMatch } from './client';
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
