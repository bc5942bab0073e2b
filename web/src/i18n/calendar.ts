import type { Language } from './language.svelte';

// `dateStyle` puts the parts of a Persian date in the wrong order, so each part is asked for and they are joined here.
const CALENDARS: Record<Language, string> = { fa: 'fa-IR-u-ca-persian-nu-arabext', en: 'en-GB' };

const formats = new Map<string, Intl.DateTimeFormat>();

function format(language: Language, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = language + JSON.stringify(options);
  const known = formats.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat(CALENDARS[language], options);
  formats.set(key, made);
  return made;
}

function parts(date: Date, language: Language, options: Intl.DateTimeFormatOptions, zone?: string): Record<string, string> {
  const zoned = zone === undefined ? options : { ...options, timeZone: zone };
  return Object.fromEntries(
    format(language, zoned)
      .formatToParts(date)
      .map((part) => [part.type, part.value]),
  );
}

/** Such as `۹ آذر ۱۴۰۵` or `30 November 2026`. */
export function day(instant: string | Date, language: Language, zone?: string): string {
  const p = parts(new Date(instant), language, { year: 'numeric', month: 'long', day: 'numeric' }, zone);
  return `${p['day']} ${p['month']} ${p['year']}`;
}

/** The last day of a time that ends before an instant. */
export function lastDay(end: string | Date, language: Language, zone?: string): string {
  return day(new Date(new Date(end).getTime() - 1), language, zone);
}

/** Such as `۱۴:۰۵`. */
export function time(instant: string | Date, language: Language, zone?: string): string {
  const p = parts(new Date(instant), language, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }, zone);
  return `${p['hour']}:${p['minute']}`;
}

/** Day and time of day; the year only where it is not this year's. */
export function dayTime(instant: string | Date, language: Language, now: Date = new Date(), zone?: string): string {
  const year = (date: Date) => parts(date, language, { year: 'numeric' }, zone)['year'];
  const date = new Date(instant);
  const p = parts(date, language, { month: 'long', day: 'numeric' }, zone);
  const shown = year(date) === year(now) ? `${p['day']} ${p['month']}` : day(date, language, zone);
  return `${shown}${language === 'fa' ? '، ' : ', '}${time(date, language, zone)}`;
}

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** How long ago or ahead, in the largest unit that fits: `۳ ساعت پیش`, `in 2 days`. */
export function ago(instant: string | Date, language: Language, now: Date = new Date()): string {
  const seconds = (new Date(instant).getTime() - now.getTime()) / 1000;
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? ['minute', 60];
  const locale = language === 'fa' ? 'fa-IR-u-nu-arabext' : 'en-GB';
  return new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(Math.trunc(seconds / size), unit);
}

/** A length of time in the largest unit that fits, without direction: `۳ ساعت`. */
export function span(from: string | Date, to: string | Date, language: Language): string {
  const seconds = Math.abs(new Date(to).getTime() - new Date(from).getTime()) / 1000;
  const [unit, size] = UNITS.find(([, length]) => seconds >= length) ?? ['minute', 60];
  const locale = language === 'fa' ? 'fa-IR-u-nu-arabext' : 'en-GB';
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits: 0 }).format(
    Math.trunc(seconds / size),
  );
}
