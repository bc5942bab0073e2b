/** A cell of a table that arrow keys move in. */
export interface Place {
  readonly row: number;
  readonly column: number;
}

/** The cell that a key leads to; nothing for a key that moves nowhere. Columns run in the direction of the language. */
export function stepped(from: Place, key: string, size: { rows: number; columns: number }, rtl: boolean): Place | undefined {
  const { row, column } = from;
  const within = (value: number, count: number) => Math.min(Math.max(value, 0), Math.max(count - 1, 0));
  const to = (r: number, c: number) => ({ row: within(r, size.rows), column: within(c, size.columns) });
  const forward = rtl ? -1 : 1;
  switch (key) {
    case 'ArrowRight':
      return to(row, column + forward);
    case 'ArrowLeft':
      return to(row, column - forward);
    case 'ArrowDown':
      return to(row + 1, column);
    case 'ArrowUp':
      return to(row - 1, column);
    case 'Home':
      return to(row, 0);
    case 'End':
      return to(row, size.columns - 1);
    default:
      return undefined;
  }
}
