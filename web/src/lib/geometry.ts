import type { Point, Schemas } from '../api/types';

type Outline = Schemas['AreaGeometry'];
/** The sides of all rings, each as the longitude and latitude of both its ends. */
type Sides = Float64Array;

/** Metres of a degree of latitude. */
const DEGREE = 111_195;

/** Metres between two points of a city. */
export function metres(a: Point, b: Point): number {
  const east = (b.lon - a.lon) * Math.cos((((a.lat + b.lat) / 2) * Math.PI) / 180);
  return Math.hypot(b.lat - a.lat, east) * DEGREE;
}

/** A point as people paste it: two numbers of degrees, latitude first; nothing for what is none. */
export function readPoint(text: string): Point | undefined {
  const found = /^\s*(-?\d{1,2}(?:\.\d+)?)\s*[,،;\s]\s*(-?\d{1,3}(?:\.\d+)?)\s*$/.exec(text.replaceAll('٫', '.'));
  if (!found) return undefined;
  const [lat, lon] = [Number(found[1]), Number(found[2])];
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lat, lon } : undefined;
}

function sidesOf(outline: Outline): Sides {
  const rings = outline.coordinates.flat();
  return Float64Array.from(
    rings.flatMap((ring) => ring.slice(1).flatMap((to, at) => [...(ring[at] ?? to).slice(0, 2), ...to.slice(0, 2)])),
  );
}

/** Whether a point lies within an outline; holes are outside. */
export function within(outline: Outline, point: Point): boolean {
  return encloses(sidesOf(outline), point);
}

function encloses(sides: Sides, { lat, lon }: Point): boolean {
  let inside = false;
  for (let n = 0; n < sides.length; n += 4) {
    const [x1, y1, x2, y2] = [sides[n] ?? 0, sides[n + 1] ?? 0, sides[n + 2] ?? 0, sides[n + 3] ?? 0];
    if (y1 > lat !== y2 > lat && lon < ((x2 - x1) * (lat - y1)) / (y2 - y1) + x1) inside = !inside;
  }
  return inside;
}

/** Metres from a point to the nearest side. */
function toBorder(sides: Sides, { lat, lon }: Point): number {
  const scale = Math.cos((lat * Math.PI) / 180);
  let nearest = Number.POSITIVE_INFINITY;
  for (let n = 0; n < sides.length; n += 4) {
    const x = ((sides[n] ?? 0) - lon) * scale;
    const y = (sides[n + 1] ?? 0) - lat;
    const dx = ((sides[n + 2] ?? 0) - lon) * scale - x;
    const dy = (sides[n + 3] ?? 0) - lat - y;
    const length = dx * dx + dy * dy;
    const share = length === 0 ? 0 : Math.min(1, Math.max(0, -(x * dx + y * dy) / length));
    nearest = Math.min(nearest, (x + share * dx) ** 2 + (y + share * dy) ** 2);
  }
  return Math.sqrt(nearest) * DEGREE;
}

const CELLS = 16;
const REFINEMENTS = 5;

/**
 * The point of an area that lies farthest from its border, with that distance as its accuracy: what is known of a place of which only
 * the area is known, without reaching into another area.
 */
export function middleOf(outline: Outline): Point {
  const sides = sidesOf(outline);
  const [lons, lats] = [0, 1].map((offset) => sides.filter((_, n) => n % 2 === offset)) as [Sides, Sides];
  let [west, east] = [lons.reduce((a, b) => Math.min(a, b)), lons.reduce((a, b) => Math.max(a, b))];
  let [south, north] = [lats.reduce((a, b) => Math.min(a, b)), lats.reduce((a, b) => Math.max(a, b))];
  let best: Point = { lat: (south + north) / 2, lon: (west + east) / 2, accuracy_m: 0 };
  for (let round = 0; round <= REFINEMENTS; round += 1) {
    const [width, height] = [(east - west) / CELLS, (north - south) / CELLS];
    for (let row = 0; row <= CELLS; row += 1) {
      for (let column = 0; column <= CELLS; column += 1) {
        const point = { lat: south + row * height, lon: west + column * width };
        if (!encloses(sides, point)) continue;
        const reach = Math.floor(toBorder(sides, point));
        if (reach > (best.accuracy_m ?? 0)) best = { ...point, accuracy_m: reach };
      }
    }
    [west, east] = [best.lon - width, best.lon + width];
    [south, north] = [best.lat - height, best.lat + height];
  }
  return best;
}
