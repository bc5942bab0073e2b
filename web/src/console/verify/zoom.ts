/** How both pictures are seen: magnified, and moved by so many widths and heights of the frame. */
export interface View {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export const WHOLE: View = { scale: 1, x: 0, y: 0 };
const MOST = 12;

/** No further than its edge: a picture always fills its frame as far as it can. */
function kept(view: View): View {
  if (view.scale === 1) return WHOLE;
  const reach = (view.scale - 1) / 2;
  const within = (value: number) => Math.min(reach, Math.max(-reach, value));
  return { scale: view.scale, x: within(view.x), y: within(view.y) };
}

/** Magnified by a factor about a place of the frame, from its middle in widths and heights: what is there stays there. */
export function zoomed(view: View, factor: number, at: { readonly x: number; readonly y: number } = { x: 0, y: 0 }): View {
  const scale = Math.min(MOST, Math.max(1, view.scale * factor));
  const ratio = scale / view.scale;
  return kept({ scale, x: at.x - (at.x - view.x) * ratio, y: at.y - (at.y - view.y) * ratio });
}

/** Moved by parts of the frame. */
export function panned(view: View, dx: number, dy: number): View {
  return kept({ ...view, x: view.x + dx, y: view.y + dy });
}
