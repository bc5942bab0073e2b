import { i18n } from '../i18n/language.svelte';
import { middleOf, readPoint } from '../lib/geometry';
import { find } from '../lib/find';
import { latinDigits } from '../i18n/digits';
import { api, data } from './client';
import { reference } from './reference.svelte';
import { listTickets } from './tickets';
import type { Area, Point, Schemas, Ticket } from './types';

/** Where a request may be, as it is offered while somebody types. */
export type Place =
  | { readonly kind: 'point'; readonly point: Point; readonly label: string }
  | { readonly kind: 'ticket'; readonly point: Point; readonly label: string; readonly ticket: Ticket }
  | { readonly kind: 'area'; readonly area: Area; readonly label: string };

/** How many earlier addresses are offered. */
const ADDRESSES = 6;

/** Places that fit what was typed: a point, addresses of earlier tickets, areas. */
export async function findPlaces(typed: string, signal: AbortSignal): Promise<Place[]> {
  const text = latinDigits(typed.trim());
  const point = readPoint(text);
  if (point) return [{ kind: 'point', point, label: typed.trim() }];
  if (text === '') return [];
  const areas = find(
    reference.areas.filter((area) => area.kind !== 'city'),
    text,
    (area) => [area.name_fa, area.name_en],
    (area) => [area.code],
  ).map((area): Place => ({ kind: 'area', area, label: i18n.name(area) }));
  const { items } = await listTickets({ q: text }, undefined, signal, { limit: 30 });
  const byAddress = new Map(items.flatMap((ticket) => (ticket.address_text ? [[ticket.address_text, ticket] as const] : [])));
  const addresses = [...byAddress]
    .slice(0, ADDRESSES)
    .map(([label, ticket]): Place => ({ kind: 'ticket', point: ticket.point, label, ticket }));
  return [...areas.slice(0, 4), ...addresses];
}

/** How exact the point of an earlier ticket is for another request with the same address, metres. */
const SAME_ADDRESS = 100;

/** The point of a place: of an area its middle, of an address that of its earlier ticket, as exact as they are. */
export async function pointOf(place: Place): Promise<Point> {
  if (place.kind === 'point') return place.point;
  if (place.kind === 'ticket') return { ...place.point, accuracy_m: Math.max(place.point.accuracy_m ?? 0, SAME_ADDRESS) };
  const outline = await data(api.GET('/v1/areas/{id}/outline', { params: { path: { id: place.area.id } } }));
  return middleOf(outline.geometry);
}

/** In which areas a point lies. */
export function locate(point: Point, signal: AbortSignal): Promise<Schemas['LocateAnswer']> {
  const query = { lat: point.lat, lon: point.lon, ...(point.accuracy_m ? { accuracy_m: point.accuracy_m } : {}) };
  return data(api.GET('/v1/areas/locate', { params: { query }, signal }));
}

/** What a registration would make of a call so far; keeps nothing. */
export function preview(call: Schemas['PreviewBody'], signal: AbortSignal): Promise<Schemas['PreviewView']> {
  return data(api.POST('/v1/tickets/preview', { body: call, signal }));
}

/** Registers a ticket. The same key again has no second effect. */
export function register(ticket: Schemas['NewTicket'], key: string): Promise<Schemas['RegisteredView']> {
  return data(api.POST('/v1/tickets', { params: { header: { 'Idempotency-Key': key } }, body: ticket }));
}
