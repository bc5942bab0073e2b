import { latinDigits } from '../i18n/digits';

/** A number as people type it, with Persian digits and decimal sign too: `null` where nothing stands, nothing for what is no number. */
export function readNumber(text: string): number | null | undefined {
  const plain = latinDigits(text).trim().replace('٫', '.').replaceAll('٬', '');
  if (plain === '') return null;
  return /^-?\d+(\.\d+)?$/.test(plain) ? Number(plain) : undefined;
}

/** Units of time that people set deadlines in, as minutes. */
export const UNITS = { minute: 1, hour: 60, day: 1440 } as const;
export type Unit = keyof typeof UNITS;

/** The largest unit in which a time is a whole number. */
export function unitOf(minutes: number): Unit {
  return (['day', 'hour'] as const).find((unit) => minutes > 0 && minutes % UNITS[unit] === 0) ?? 'minute';
}
