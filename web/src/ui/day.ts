import { CalendarDate, GregorianCalendar, PersianCalendar, toCalendar, type Calendar } from '@internationalized/date';
import { digits, latinDigits } from '../i18n/digits';
import type { Language } from '../i18n/language.svelte';

const gregorian = new GregorianCalendar();
const persian = new PersianCalendar();

/** The calendar that people of the language write dates in. */
export function calendarOf(language: Language): Calendar {
  return language === 'fa' ? persian : gregorian;
}

/** A day as the API has it, `2026-11-30`, in the calendar of the language. */
export function dayOf(iso: string, language: Language): CalendarDate {
  const [year = 1970, month = 1, day = 1] = iso.split('-').map(Number);
  return toCalendar(new CalendarDate(gregorian, year, month, day), calendarOf(language));
}

/** A day as the API has it. */
export function isoOf(day: CalendarDate): string {
  return toCalendar(day, gregorian).toString();
}

/** Today where the browser is. */
export function today(language: Language, now: Date = new Date()): CalendarDate {
  return toCalendar(new CalendarDate(gregorian, now.getFullYear(), now.getMonth() + 1, now.getDate()), calendarOf(language));
}

/** Reads a day as people type it: year, month and day with any sign between; nothing for what is no day. */
export function readDay(text: string, language: Language): string | undefined {
  const numbers = latinDigits(text).match(/^\s*(\d{4})\D+(\d{1,2})\D+(\d{1,2})\s*$/);
  if (!numbers) return undefined;
  const [year, month, day] = numbers.slice(1).map(Number) as [number, number, number];
  const calendar = calendarOf(language);
  const date = new CalendarDate(calendar, year, month, day);
  // The library moves a day that does not exist into its month; people mean none.
  const exists = date.year === year && date.month === month && date.day === day;
  return exists ? isoOf(date) : undefined;
}

/** As it stands in the field: `1405/09/09`, with the digits of the language. */
export function writeDay(iso: string, language: Language): string {
  const day = dayOf(iso, language);
  const text = [String(day.year), String(day.month).padStart(2, '0'), String(day.day).padStart(2, '0')].join('/');
  return digits(text, language);
}

/** The first instant of a day where the browser is. */
export function startOf(iso: string): string {
  return new Date(`${iso}T00:00:00`).toISOString();
}

/** The first instant after a day. */
export function endOf(iso: string): string {
  return startOf(isoOf(dayOf(iso, 'en').add({ days: 1 })));
}

/** The weeks of a day's month, from the first day of the week: Saturday in Persian, Monday in English. */
export function weeksOf(day: CalendarDate, language: Language): CalendarDate[][] {
  const first = day.set({ day: 1 });
  const weekday = new Date(`${isoOf(first)}T12:00:00Z`).getUTCDay();
  const before = (weekday - (language === 'fa' ? 6 : 1) + 7) % 7;
  const length = calendarOf(language).getDaysInMonth(first);
  return Array.from({ length: Math.ceil((before + length) / 7) }, (_, week) => {
    return Array.from({ length: 7 }, (__, at) => first.add({ days: week * 7 + at - before }));
  });
}

/** The day that a key leads to in a calendar whose weeks run in the direction of the language. */
export function moved(day: CalendarDate, key: string, language: Language): CalendarDate | undefined {
  const forward = language === 'fa' ? 'ArrowLeft' : 'ArrowRight';
  const backward = language === 'fa' ? 'ArrowRight' : 'ArrowLeft';
  switch (key) {
    case forward:
      return day.add({ days: 1 });
    case backward:
      return day.subtract({ days: 1 });
    case 'ArrowDown':
      return day.add({ weeks: 1 });
    case 'ArrowUp':
      return day.subtract({ weeks: 1 });
    case 'PageDown':
      return day.add({ months: 1 });
    case 'PageUp':
      return day.subtract({ months: 1 });
    default:
      return undefined;
  }
}
