import { describe, expect, it } from 'vitest';
import { stepped } from './grid';

const size = { rows: 3, columns: 4 };
const from = { row: 1, column: 1 };

describe('the cell that a key leads to', () => {
  it.each([
    ['ArrowRight', false, { row: 1, column: 2 }],
    ['ArrowRight', true, { row: 1, column: 0 }],
    ['ArrowLeft', true, { row: 1, column: 2 }],
    ['ArrowDown', false, { row: 2, column: 1 }],
    ['ArrowUp', false, { row: 0, column: 1 }],
    ['Home', false, { row: 1, column: 0 }],
    ['End', true, { row: 1, column: 3 }],
  ])('%s, right to left: %s', (key, rtl, to) => {
    expect(stepped(from, key, size, rtl)).toEqual(to);
  });

  it('stays within the table', () => {
    expect(stepped({ row: 2, column: 3 }, 'ArrowDown', size, false)).toEqual({ row: 2, column: 3 });
    expect(stepped({ row: 2, column: 3 }, 'ArrowLeft', size, true)).toEqual({ row: 2, column: 3 });
    expect(stepped({ row: 0, column: 0 }, 'ArrowUp', { rows: 0, columns: 0 }, false)).toEqual({ row: 0, column: 0 });
  });

  it('is none for other keys', () => expect(stepped(from, 'Enter', size, false)).toBeUndefined());
});
