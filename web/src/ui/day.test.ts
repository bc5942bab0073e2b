import { describe, expect, it } from 'vitest';
import { dayOf, isoOf, moved, readDay, weeksOf, writeDay } from './day';

describe('a day', () => {
  it.each([
    ['2026-11-30', '۱۴۰۵/۰۹/۰۹', '2026/11/30'],
    ['2021-03-20', '۱۳۹۹/۱۲/۳۰', '2021/03/20'],
    ['2026-03-21', '۱۴۰۵/۰۱/۰۱', '2026/03/21'],
  ])('%s is written as people write it, and read back', (iso, fa, en) => {
    expect(writeDay(iso, 'fa')).toBe(fa);
    expect(writeDay(iso, 'en')).toBe(en);
    expect(readDay(fa, 'fa')).toBe(iso);
    expect(readDay(en, 'en')).toBe(iso);
  });

  it.each([
    ['1405-9-9', 'fa', '2026-11-30'],
    ['۱۴۰۵.۹.۹', 'fa', '2026-11-30'],
    ['1404/12/30', 'fa', undefined],
    ['1405/13/01', 'fa', undefined],
    ['2026/02/29', 'en', undefined],
    ['2026/02/28', 'en', '2026-02-28'],
    ['9/9/1405', 'fa', undefined],
    ['soon', 'en', undefined],
  ] as const)('typed as %s in %s is %s', (typed, language, iso) => {
    expect(readDay(typed, language)).toBe(iso);
  });

  it('is the same whichever calendar it goes through, for each day of 30 years', () => {
    let day = dayOf('2015-01-01', 'en');
    for (let n = 0; n < 30 * 365; n += 1) {
      const iso = isoOf(day);
      expect(readDay(writeDay(iso, 'fa'), 'fa')).toBe(iso);
      day = day.add({ days: 1 });
    }
  });
});

describe('a month', () => {
  it.each([
    ['2026-11-30', 'fa', 'Saturday'],
    ['2026-11-30', 'en', 'Monday'],
    ['2021-03-20', 'fa', 'Saturday'],
  ] as const)('of %s in %s has whole weeks from %s on', (iso, language, first) => {
    const weeks = weeksOf(dayOf(iso, language), language);
    const weekday = new Intl.DateTimeFormat('en', { weekday: 'long', timeZone: 'UTC' });
    for (const week of weeks) expect(weekday.format(new Date(`${isoOf(week[0]!)}T12:00:00Z`))).toBe(first);
    const days = weeks.flat().map(isoOf);
    expect(days.length % 7).toBe(0);
    expect(new Set(days).size).toBe(days.length);
    expect(days).toContain(iso);
  });
});

describe('the arrow keys', () => {
  it('follow the direction in which weeks are read', () => {
    const day = (language: 'fa' | 'en') => dayOf('2026-11-30', language);
    expect(isoOf(moved(day('fa'), 'ArrowLeft', 'fa')!)).toBe('2026-12-01');
    expect(isoOf(moved(day('en'), 'ArrowLeft', 'en')!)).toBe('2026-11-29');
    expect(isoOf(moved(day('fa'), 'PageDown', 'fa')!)).toBe('2026-12-30');
    expect(moved(day('en'), 'a', 'en')).toBeUndefined();
  });
});
