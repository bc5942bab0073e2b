import type { Area, Schemas } from '../api/types';

/** Levels of areas, the largest first. */
export const AREA_KINDS: readonly Area['kind'][] = ['city', 'region', 'district'];

export interface Branch {
  readonly area: Area;
  /** How many areas lie above it. */
  readonly depth: number;
}

/** Areas as a tree, of those that `fits`, with all that lie above them. An area whose parent is not there, or lies below itself, begins a tree. */
export function treeOfAreas(areas: readonly Area[], fits: (area: Area) => boolean): Branch[] {
  const known = new Map(areas.map((area) => [area.id, area]));
  const shown = new Set<string>();
  for (const area of areas.filter(fits)) {
    for (let at: Area | undefined = area; at && !shown.has(at.id); at = known.get(at.parent_id ?? '')) shown.add(at.id);
  }
  const done = new Set<string>();
  const below = (parent: Area, depth: number): Branch[] => {
    if (done.has(parent.id) || !shown.has(parent.id)) return [];
    done.add(parent.id);
    return [{ area: parent, depth }, ...areas.filter((area) => area.parent_id === parent.id).flatMap((area) => below(area, depth + 1))];
  };
  const roots = areas.filter((area) => !known.has(area.parent_id ?? ''));
  return [...roots, ...areas].flatMap((area) => below(area, 0));
}

/** The areas that an area may belong to: those of a higher level. */
export function possibleParents(areas: readonly Area[], kind: Area['kind']): Area[] {
  return areas.filter((area) => AREA_KINDS.indexOf(area.kind) < AREA_KINDS.indexOf(kind));
}

export interface Drawing {
  /** `viewBox` of the picture. */
  readonly box: string;
  /** `d` of a path for each outline. */
  readonly paths: readonly string[];
}

/** Width of the picture, in units of its own. */
const WIDTH = 1000;

/** Outlines as paths of one picture, north up, with as much of the east as of the north to a metre. */
export function drawingOf(outlines: readonly Schemas['AreaGeometry'][]): Drawing | undefined {
  const positions = outlines.flatMap((outline) => outline.coordinates.flat(2));
  if (positions.length === 0) return undefined;
  const bounds = { west: Infinity, east: -Infinity, south: Infinity, north: -Infinity };
  for (const [lon = 0, lat = 0] of positions) {
    bounds.west = Math.min(bounds.west, lon);
    bounds.east = Math.max(bounds.east, lon);
    bounds.south = Math.min(bounds.south, lat);
    bounds.north = Math.max(bounds.north, lat);
  }
  const narrow = Math.cos((((bounds.south + bounds.north) / 2) * Math.PI) / 180);
  const [width, height] = [(bounds.east - bounds.west) * narrow, bounds.north - bounds.south];
  const scale = WIDTH / Math.max(width, height, Number.MIN_VALUE);
  const point = ([lon = 0, lat = 0]: readonly number[]) =>
    `${((lon - bounds.west) * narrow * scale).toFixed(1)} ${((bounds.north - lat) * scale).toFixed(1)}`;
  const paths = outlines.map((outline) =>
    outline.coordinates
      .flat()
      .map((ring) => `M${ring.map(point).join('L')}Z`)
      .join(''),
  );
  return { box: `0 0 ${(width * scale).toFixed(1)} ${(height * scale).toFixed(1)}`, paths };
}
