import type { Point, Schemas } from '../api/types';

type Outline = Schemas['AreaGeometry'];
type Position = readonly [lon: number, lat: number];

/** Metres of a degree of latitude. */
const DEGREE = 111_195;

/** Metres between two points of a city. */
export function metres(a: Point, b: Point): number {
  const east = (b.lon - a.lon) * Math.cos((((a.lat + b.lat) / 2) * Math.PI) / 180);
  return Math.hypot(b.lat - a.lat, east) * DEGREE;
}

/** The square around a point, as `west,south,east,north`. */
export function boxAround(point: Point, reach: number): string {
  const lat = reach / DEGREE;
  const lon = lat / Math.cos((point.lat * Math.PI) / 180);
  return [point.lon - lon, point.lat - lat, point.lon + lon, point.lat + lat].map((degrees) => degrees.toFixed(6)).join(',');
}

/** A point as people paste it: two numbers of degrees, latitude first; nothing for what is none. */
export function readPoint(text: string): Point | undefined {
  const found = /^\s*(-?\d{1,2}(?:\.\d+)?)\s*[,،;\s]\s*(-?\d{1,3}(?:\.\d+)?)\s*$/.exec(text);
  if (!found) return undefined;
  const [lat, lon] = [Number(found[1]), Number(found[2])];
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lat, lon } : undefined;
}

function rings(outline: Outline): Position[][] {
  return outline.coordinates.flat().map((ring) => ring.map(([lon = 0, lat = 0]) => [lon, lat] as const));
}

function edges(outline: Outline): [Position, Position][] {
  return rings(outline).flatMap((ring) => ring.slice(1).map((to, at) => [ring[at] ?? to, to] as [Position, Position]));
}

/** Whether a point lies within an outline; holes are outside. */
export function within(outline: Outline, point: Point): boolean {
  let inside = false;
  for (const [[x1, y1], [x2, y2]] of edges(outline)) {
    const crosses = y1 > point.lat !== y2 > point.lat && point.lon < ((x2 - x1) * (point.lat - y1)) / (y2 - y1) + x1;
    if (crosses) inside = !inside;
  }
  return inside;
}

/** Metres from a point to the nearest border. */
function toBorder(all: readonly [Position, Position][], point: Point): number {
  const scale = Math.cos((point.lat * Math.PI) / 180);
  const nearest = all.reduce((least, [a, b]) => {
    const [ax, ay] = [(a[0] - point.lon) * scale, a[1] - point.lat];
    const [dx, dy] = [(b[0] - a[0]) * scale, b[1] - a[1]];
    const length = dx * dx + dy * dy;
    const share = length === 0 ? 0 : Math.min(1, Math.max(0, -(ax * dx + ay * dy) / length));
    return Math.min(least, Math.hypot(ax + share * dx, ay + share * dy));
  }, Number.POSITIVE_INFINITY);
  return nearest * DEGREE;
}

const CELLS = 24;
const REFINEMENTS = 4;

/**
 * The point of an area that lies farthest from its border, with that distance as its accuracy: what is known of a place of which only
 * the area is known, without reaching into another area.
 */
export function middleOf(outline: Outline): Point {
  const all = edges(outline);
  const positions = rings(outline).flat();
  const span = (of: (p: Position) => number) => [Math.min(...positions.map(of)), Math.max(...positions.map(of))] as const;
  let [west, east] = span((p) => p[0]);
  let [south, north] = span((p) => p[1]);
  let best: Point = { lat: (south + north) / 2, lon: (west + east) / 2, accuracy_m: 0 };
  for (let round = 0; round <= REFINEMENTS; round += 1) {
    const [width, height] = [(east - west) / CELLS, (north - south) / CELLS];
    for (let row = 0; row <= CELLS; row += 1) {
      for (let column = 0; column <= CELLS; column += 1) {
        const point = { lat: south + row * height, lon: west + column * width };
        if (!within(outline, point)) continue;
        const reach = Math.floor(toBorder(all, point));
        if (reach > (best.accuracy_m ?? 0)) best = { ...point, accuracy_m: reach };
      }
    }
    [west, east] = [best.lon - width, best.lon + width];
    [south, north] = [best.lat - height, best.lat + height];
  }
  return best;
}
