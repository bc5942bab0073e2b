import { en } from './en';
import { fa, type Messages } from './fa';

/** A language of the console. */
export type Language = 'fa' | 'en';

const KEY = 'bazdid.language';
const DICTIONARIES: Record<Language, Messages> = { fa, en };

function stored(): Language {
  return globalThis.localStorage?.getItem(KEY) === 'en' ? 'en' : 'fa';
}

class I18n {
  language = $state<Language>(stored());
  /** The texts of the language that is set. */
  t = $derived(DICTIONARIES[this.language]);

  /** Sets the language of the page and of later visits. */
  set(language: Language): void {
    localStorage.setItem(KEY, language);
    this.language = language;
    this.apply();
  }

  /** Tells the document its language and direction. */
  apply(): void {
    document.documentElement.lang = this.language;
    document.documentElement.dir = this.language === 'fa' ? 'rtl' : 'ltr';
  }

  /** That of two names which is in the language. */
  name(named: { readonly name_fa: string; readonly name_en: string }): string {
    return this.language === 'fa' ? named.name_fa : named.name_en;
  }
}

export const i18n = new I18n();
