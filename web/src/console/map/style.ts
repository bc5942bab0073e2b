import type { FeatureCollection, Geometry } from 'geojson';
import type { StyleSpecification } from 'maplibre-gl';
import type { Outline } from '../../api/outlines';
import type { Ticket } from '../../api/types';
import { number } from '../../i18n/digits';
import { i18n } from '../../i18n/language.svelte';

/** A colour of the page as WebGL takes it. */
function colour(name: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

type Features = FeatureCollection<Geometry, Record<string, unknown>>;

export function outlineFeatures(outlines: readonly Outline[]): Features {
  const features = outlines.map(({ geometry, properties }) => {
    return { type: 'Feature' as const, geometry: geometry as Geometry, properties: { name: i18n.name(properties) } };
  });
  return { type: 'FeatureCollection', features };
}

export function ticketFeatures(tickets: readonly Ticket[]): Features {
  const features = tickets.map((ticket) => ({
    type: 'Feature' as const,
    geometry: { type: 'Point' as const, coordinates: [ticket.point.lon, ticket.point.lat] },
    properties: { id: ticket.id, urgent: ticket.priority === 'urgent' || ticket.priority === 'high' },
  }));
  return { type: 'FeatureCollection', features };
}

export const NONE: Features = { type: 'FeatureCollection', features: [] };

/** The map without a base map: outlines of areas, tickets in clusters, and the chosen point. */
export function mapStyle(areas: Features): StyleSpecification {
  const digits = Array.from({ length: 10 }, (_, digit) => number(digit, i18n.language));
  // The expression of a style knows no Persian digits: counts up to a thousand are replaced by a table.
  const counts = [
    'match',
    ['get', 'point_count'],
    ...Array.from({ length: 999 }, (_, n) => [n + 2, [...String(n + 2)].map((d) => digits[Number(d)]).join('')]).flat(),
    '…',
  ];
  return {
    version: 8,
    sources: {
      areas: { type: 'geojson', data: areas },
      tickets: { type: 'geojson', data: NONE, cluster: true, clusterRadius: 44, clusterMaxZoom: 16 },
      chosen: { type: 'geojson', data: NONE },
    },
    layers: [
      { id: 'ground', type: 'background', paint: { 'background-color': colour('--ground') } },
      { id: 'areas', type: 'fill', source: 'areas', paint: { 'fill-color': colour('--surface') } },
      { id: 'borders', type: 'line', source: 'areas', paint: { 'line-color': colour('--line-strong'), 'line-width': 1.2 } },
      {
        id: 'names',
        type: 'symbol',
        source: 'areas',
        layout: { 'text-field': ['get', 'name'], 'text-size': 13, 'text-font': ['Vazirmatn'] },
        paint: { 'text-color': colour('--muted') },
      },
      {
        id: 'clusters',
        type: 'circle',
        source: 'tickets',
        filter: ['has', 'point_count'],
        paint: {
          'circle-color': colour('--accent'),
          'circle-radius': ['interpolate', ['linear'], ['get', 'point_count'], 2, 13, 100, 24, 1000, 34],
        },
      },
      {
        id: 'counts',
        type: 'symbol',
        source: 'tickets',
        filter: ['has', 'point_count'],
        layout: { 'text-field': counts as unknown as string, 'text-size': 13, 'text-font': ['Vazirmatn'], 'text-allow-overlap': true },
        paint: { 'text-color': colour('--on-accent') },
      },
      {
        id: 'tickets',
        type: 'circle',
        source: 'tickets',
        filter: ['!', ['has', 'point_count']],
        paint: {
          'circle-radius': 7,
          'circle-color': ['case', ['get', 'urgent'], colour('--bad'), colour('--accent')],
          'circle-stroke-color': colour('--surface'),
          'circle-stroke-width': 2,
        },
      },
      {
        id: 'chosen',
        type: 'circle',
        source: 'chosen',
        paint: {
          'circle-radius': 9,
          'circle-color': colour('--good'),
          'circle-stroke-color': colour('--surface'),
          'circle-stroke-width': 3,
        },
      },
    ],
  };
}
