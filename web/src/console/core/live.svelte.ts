/** How often lists are read again while somebody looks at them, milliseconds. */
const INTERVAL = 30_000;

/** Runs `refresh` now and then while the page is seen, and when it is seen again. Call it while a component is made. */
export function live(refresh: () => unknown): void {
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
