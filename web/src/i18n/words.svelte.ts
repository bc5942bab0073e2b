import { api, data } from '../api/client';
import { i18n, type Language } from './language.svelte';

/** Labels of the words on the wire, by enumeration and word. */
type Labels = Map<string, Map<string, string>>;

class Words {
  #known = $state.raw<Partial<Record<Language, Labels>>>({});

  /** Loads the labels of a language from the server, which has the one text catalogue. */
  async load(language: Language): Promise<void> {
    if (this.#known[language]) return;
    const answer = await data(api.GET('/v1/vocabulary', { headers: { 'accept-language': language } }));
    const labels = answer.items.map((kind) => [kind.kind, new Map(kind.words.map((w) => [w.word, w.label]))] as const);
    this.#known = { ...this.#known, [language]: new Map(labels) };
  }

  /** What people read in the place of a word; the word itself where the server has no label. */
  of(kind: string, word: string): string {
    return this.#known[i18n.language]?.get(kind)?.get(word) ?? word;
  }

  /** The words of an enumeration with their labels, in their order. */
  all(kind: string): [word: string, label: string][] {
    return [...(this.#known[i18n.language]?.get(kind) ?? [])];
  }
}

export const words = new Words();
