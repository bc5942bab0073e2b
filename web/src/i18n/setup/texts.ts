import { i18n } from '../language.svelte';
import { en } from './en';
import { fa } from './fa';

/** The texts of the pages about how the city is set up, in the language that is set. They are loaded with the pages. */
export const setup = {
  get t() {
    return i18n.language === 'fa' ? fa : en;
  },
};
