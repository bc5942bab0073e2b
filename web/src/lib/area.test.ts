import { describe, expect, it } from 'vitest';
import type { Area } from '../api/types';
import { drawingOf, possibleParents, treeOfAreas } from './area';

function area(id: string, kind: Area['kind'], parent_id: string | null): Area {
  return { id, code: id, kind, parent_id, name_fa: '', name_en: '', rev: 1, updated_at: '' };
}

const all = [
  area('city', 'city', null),
  area('r1', 'region', 'city'),
  area('r2', 'region', 'city'),
  area('d1', 'district', 'r1'),
  area('d2', 'district', 'r2'),
  area('d3', 'district', 'r1'),
];
const tree = (areas: readonly Area[], fits: (area: Area) => boolean) =>
  treeOfAreas(areas, fits).map(({ area: a, depth }) => `${depth}${a.id}`);

describe('areas as a tree', () => {
  it('puts what lies below after what lies above', () => {
    expect(tree(all, () => true)).toEqual(['0city', '1r1', '2d1', '2d3', '1r2', '2d2']);
  });

  it('keeps what lies above one that fits', () => expect(tree(all, ({ id }) => id === 'd2')).toEqual(['0city', '1r2', '2d2']));

  it('shows an area whose parent is missing, and a loop once', () => {
    const odd = [area('a', 'region', 'gone'), area('b', 'district', 'c'), area('c', 'district', 'b')];
    expect(tree(odd, () => true)).toEqual(['0a', '0b', '1c']);
  });
});

it('offers areas of a higher level as parents', () => {
  expect(possibleParents(all, 'district').map(({ id }) => id)).toEqual(['city', 'r1', 'r2']);
  expect(possibleParents(all, 'city')).toEqual([]);
});

describe('a drawing', () => {
  const square = (west: number, south: number, size: number) => ({
    type: 'MultiPolygon' as const,
    coordinates: [
      [
        [
          [west, south],
          [west + size, south],
          [west + size, south + size],
          [west, south + size],
          [west, south],
        ],
      ],
    ],
  });

  it('has north up, and a metre is as long to the east as to the north', () => {
    const drawing = drawingOf([square(50, 60, 0.001)]);
    const [, , width = 0, height = 0] = drawing?.box.split(' ').map(Number) ?? [];
    expect(height).toBe(1000);
    expect(width).toBeCloseTo(500, -1);
    expect(drawing?.paths[0]?.startsWith('M0.0 1000.0L')).toBe(true);
  });

  it('holds all outlines in one box, and is none of nothing', () => {
    const drawing = drawingOf([square(0, 0, 1), square(1, 0, 1)]);
    expect(drawing?.paths).toHaveLength(2);
    expect(Number(drawing?.box.split(' ')[2])).toBe(1000);
    expect(drawingOf([])).toBeUndefined();
  });
});
