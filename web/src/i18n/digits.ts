import type { Language } from './language.svelte';

const EASTERN = /[۰-۹٠-٩]/g;

/** The same text with Persian and Arabic digits as `0`–`9`: what people type is sent so. */
export function latinDigits(text: string): string {
  return text.replace(EASTERN, (digit) => String((digit.codePointAt(0) ?? 0) & 0xf));
}

const LOCALES: Record<Language, string> = { fa: 'fa-IR-u-nu-arabext', en: 'en-GB' };

/** A number as people of the language read it. */
export function number(value: number, language: Language, options: Intl.NumberFormatOptions = {}): string {
  return new Intl.NumberFormat(LOCALES[language], options).format(value);
}

/** A number of metres: whole below a kilometre, else kilometres with one digit. */
export function distance(metres: number, language: Language): string {
  const far = metres >= 1000;
  const unit = far ? 'kilometer' : 'meter';
  return number(far ? metres / 1000 : metres, language, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: far ? 1 : 0 });
}

/** Digits within a text, such as a code, as the language writes them. */
export function digits(text: string, language: Language): string {
  return language === 'fa' ? text.replace(/[0-9]/g, (digit) => '۰۱۲۳۴۵۶۷۸۹'[Number(digit)] ?? digit) : text;
}

/** A text that is read from left to right, such as a code, kept apart from the text around it, on one line. */
export function isolated(text: string): string {
  return `\u2066${text.replaceAll('-', '-\u2060')}\u2069`;
}
