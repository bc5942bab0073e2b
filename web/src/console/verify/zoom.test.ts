import { describe, expect, it } from 'vitest';
import { panned, WHOLE, zoomed } from './zoom';

describe('the view of both pictures', () => {
  it('keeps the place under the pointer where it is', () => {
    const at = { x: 0.2, y: -0.1 };
    const view = zoomed(WHOLE, 3, at);
    // A point of the picture is seen at its place times the scale, plus the shift.
    expect(0.2 * view.scale + view.x).toBeCloseTo(0.2);
    expect(-0.1 * view.scale + view.y).toBeCloseTo(-0.1);
  });

  it('is never smaller than the frame, nor larger than twelve times', () => {
    expect(zoomed(WHOLE, 0.1)).toEqual(WHOLE);
    expect(zoomed(WHOLE, 1000).scale).toBe(12);
  });

  it('never leaves the frame empty', () => {
    const view = panned(zoomed(WHOLE, 2), 5, -5);
    expect(view).toEqual({ scale: 2, x: 0.5, y: -0.5 });
    expect(panned(WHOLE, 1, 1)).toEqual(WHOLE);
    expect(zoomed(view, 0.5)).toEqual(WHOLE);
  });
});
