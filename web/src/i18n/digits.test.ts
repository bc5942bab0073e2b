import { describe, expect, it } from 'vitest';
import { digits, distance, latinDigits, number } from './digits';

describe('digits', () => {
  it.each([
    ['۰۹۱۲۳۴۵۶۷۸۹', '09123456789'],
    ['٠٩١٢', '0912'],
    ['خیابان ۱۲', 'خیابان 12'],
    ['abc 7', 'abc 7'],
  ])('%s is sent as %s', (typed, sent) => {
    expect(latinDigits(typed)).toBe(sent);
  });

  it('are shown as the language has them', () => {
    expect(number(12345, 'fa')).toBe('۱۲٬۳۴۵');
    expect(number(12345, 'en')).toBe('12,345');
  });

  it('in codes are written as the language has them, and read back', () => {
    expect(digits('2350168426', 'fa')).toBe('۲۳۵۰۱۶۸۴۲۶');
    expect(latinDigits(digits('2350168426', 'fa'))).toBe('2350168426');
    expect(digits('2350168426', 'en')).toBe('2350168426');
  });

  it('give distances a unit that fits', () => {
    expect(distance(12.4, 'en')).toBe('12 m');
    expect(distance(1540, 'en')).toBe('1.5 km');
    expect(distance(1540, 'fa')).toContain('۱٫۵');
  });
});
