/** Which colours: the system's, or one of the two. */
export type Scheme = 'auto' | 'light' | 'dark';

const KEY = 'bazdid.scheme';

export function scheme(): Scheme {
  const kept = localStorage.getItem(KEY);
  return kept === 'light' || kept === 'dark' ? kept : 'auto';
}

export function setScheme(to: Scheme): void {
  if (to === 'auto') localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, to);
  applyScheme();
}

/** Tells the document which colours; without a choice the system decides. */
export function applyScheme(): void {
  const chosen = scheme();
  if (chosen === 'auto') delete document.documentElement.dataset['scheme'];
  else document.documentElement.dataset['scheme'] = chosen;
}
