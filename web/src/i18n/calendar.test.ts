import { describe, expect, it } from 'vitest';
import { ago, day, dayTime, lastDay, span, time } from './calendar';

const AT = '2026-11-30T10:35:00Z';
const TEHRAN = 'Asia/Tehran';

describe('dates', () => {
  it('are Persian in Persian, in the order that people read', () => {
    expect(day(AT, 'fa', TEHRAN)).toBe('۹ آذر ۱۴۰۵');
    expect(time(AT, 'fa', TEHRAN)).toBe('۱۴:۰۵');
  });

  it('of what ends with a day are that day, not the one that begins then', () => {
    expect(lastDay('2026-11-30T20:30:00Z', 'en', TEHRAN)).toBe('30 November 2026');
    expect(lastDay('2026-11-30T20:30:01Z', 'en', TEHRAN)).toBe('1 December 2026');
    expect(lastDay('2027-03-20T20:30:00Z', 'fa', TEHRAN)).toBe('۲۹ اسفند ۱۴۰۵');
  });

  it('are Gregorian in English', () => {
    expect(day(AT, 'en', TEHRAN)).toBe('30 November 2026');
    expect(time(AT, 'en', TEHRAN)).toBe('14:05');
  });

  it.each([
    ['2026-11-30T00:00:00Z', 'fa', '۹ آذر، ۱۴:۰۵'],
    ['2026-11-30T00:00:00Z', 'en', '30 November, 14:05'],
    // The Persian year ends in March.
    ['2027-04-01T00:00:00Z', 'fa', '۹ آذر ۱۴۰۵، ۱۴:۰۵'],
    ['2027-01-01T00:00:00Z', 'fa', '۹ آذر، ۱۴:۰۵'],
    ['2027-01-01T00:00:00Z', 'en', '30 November 2026, 14:05'],
  ] as const)('name the year only where it is another (seen %s, %s)', (now, language, shown) => {
    expect(dayTime(AT, language, new Date(now), TEHRAN)).toBe(shown);
  });

  it.each([
    ['2000-03-20', '۱ فروردین ۱۳۷۹'],
    ['2021-03-20', '۳۰ اسفند ۱۳۹۹'],
    ['2021-03-21', '۱ فروردین ۱۴۰۰'],
    ['2025-03-20', '۳۰ اسفند ۱۴۰۳'],
    ['2026-03-20', '۲۹ اسفند ۱۴۰۴'],
  ])('know leap years: %s', (gregorian, persian) => {
    expect(day(`${gregorian}T08:00:00Z`, 'fa', TEHRAN)).toBe(persian);
  });
});

describe('distances in time', () => {
  const now = new Date(AT);
  it.each([
    ['2026-11-30T10:34:30Z', 'this minute'],
    ['2026-11-30T10:05:00Z', '30 minutes ago'],
    ['2026-11-29T10:35:00Z', 'yesterday'],
    ['2026-12-02T10:35:00Z', 'in 2 days'],
    ['2025-06-01T10:35:00Z', 'last year'],
  ])('are told in the largest unit: %s', (instant, shown) => {
    expect(ago(instant, 'en', now)).toBe(shown);
  });

  it('have a length', () => {
    expect(span('2026-11-30T10:00:00Z', AT, 'en')).toBe('35 minutes');
    expect(span('2026-11-30T07:00:00Z', AT, 'fa')).toBe('۳ ساعت');
  });
});
