import { untrack } from 'svelte';
import { i18n } from '../../i18n/language.svelte';

/** How often lists are read again while somebody looks at them, milliseconds. */
const INTERVAL = 30_000;

/** Runs `refresh` now and then while the page is seen, when it is seen again, and for names in another language. Call it while a component is made. */
export function live(refresh: () => unknown): void {
  let named = i18n.language;
  $effect(() => {
    if (i18n.language === named) return;
    named = i18n.language;
    untrack(refresh);
  });
  $effect(() => {
    const run = () => {
      if (document.visibilityState === 'visible') refresh();
    };
    const timer = setInterval(run, INTERVAL);
    document.addEventListener('visibilitychange', run);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', run);
    };
  });
}
