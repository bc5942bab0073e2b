import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Schemas } from '../api/types';
import { metres, middleOf, readPoint, within } from './geometry';

type Outline = Schemas['AreaGeometry'];
const square = (west: number, south: number, side: number): number[][] => [
  [west, south],
  [west + side, south],
  [west + side, south + side],
  [west, south + side],
  [west, south],
];

describe('distances', () => {
  it('are those of the sphere, within a city', () => {
    expect(metres({ lat: 36, lon: 50 }, { lat: 36.001, lon: 50 })).toBeCloseTo(111.2, 0);
    expect(metres({ lat: 60, lon: 50 }, { lat: 60, lon: 50.001 })).toBeCloseTo(55.6, 0);
  });
});

describe('a point that is typed', () => {
  it.each([
    ['36.28, 50.00', { lat: 36.28, lon: 50 }],
    ['36.28،50.00', { lat: 36.28, lon: 50 }],
    ['-33.9 151.2', { lat: -33.9, lon: 151.2 }],
    ['91, 50', undefined],
    ['36.28', undefined],
    ['خیابان ۱۲', undefined],
    ['12, 13, 14', undefined],
  ])('%s', (text, point) => {
    expect(readPoint(text)).toEqual(point);
  });
});

describe('the middle of an area', () => {
  it('of a square is its middle', () => {
    const middle = middleOf({ type: 'MultiPolygon', coordinates: [[square(50, 0, 0.02)]] });
    expect(middle.lat).toBeCloseTo(0.01, 3);
    expect(middle.lon).toBeCloseTo(50.01, 3);
    expect(middle.accuracy_m).toBeGreaterThan(1090);
    expect(middle.accuracy_m).toBeLessThan(1113);
  });

  it('keeps out of holes', () => {
    const outline: Outline = { type: 'MultiPolygon', coordinates: [[square(50, 0, 0.03), square(50.01, 0.01, 0.01)]] };
    expect(within(outline, { lat: 0.015, lon: 50.015 })).toBe(false);
    expect(within(outline, middleOf(outline))).toBe(true);
  });

  it('lies within every real outline, and its accuracy does not reach the border', () => {
    const file = new URL('../../../crates/demo-data/data/tehran.geojson', import.meta.url);
    const { features } = JSON.parse(readFileSync(file, 'utf8')) as {
      features: { geometry: { type: string; coordinates: number[][][] | number[][][][] } }[];
    };
    expect(features.length).toBeGreaterThan(10);
    for (const { geometry } of features) {
      const coordinates = (geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates) as number[][][][];
      const outline: Outline = { type: 'MultiPolygon', coordinates };
      const middle = middleOf(outline);
      expect(within(outline, middle)).toBe(true);
      const reach = (middle.accuracy_m ?? 0) / 111_195;
      for (let turn = 0; turn < 16; turn += 1) {
        const angle = (turn * Math.PI) / 8;
        const lon = middle.lon + (Math.cos(angle) * reach * 0.99) / Math.cos((middle.lat * Math.PI) / 180);
        expect(within(outline, { lat: middle.lat + Math.sin(angle) * reach * 0.99, lon })).toBe(true);
      }
    }
  }, 30_000);
});
