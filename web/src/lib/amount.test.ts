import { describe, expect, it } from 'vitest';
import { readNumber, unitOf } from './amount';

describe('a number as people type it', () => {
  it.each([
    ['12', 12],
    ['۱۲٫۵', 12.5],
    [' ١٬٢٠٠ ', 1200],
    ['-3.25', -3.25],
    ['', null],
    ['  ', null],
    ['12m', undefined],
    ['1.', undefined],
    ['1e3', undefined],
  ])('%s', (text, read) => expect(readNumber(text)).toBe(read));
});

it.each([
  [30, 'minute'],
  [90, 'minute'],
  [120, 'hour'],
  [2880, 'day'],
  [0, 'minute'],
])('%d minutes are whole in the unit %s', (minutes, unit) => expect(unitOf(minutes)).toBe(unit));
