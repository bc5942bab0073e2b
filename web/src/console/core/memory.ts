/** What pages remember for the way back, by the key of the entry in the history; the oldest are forgotten. */
const MOST = 50;
const kept = new Map<string, unknown>();

export function remember(key: string, value: unknown): void {
  kept.delete(key);
  kept.set(key, value);
  const oldest = kept.keys().next();
  if (kept.size > MOST && !oldest.done) kept.delete(oldest.value);
}

/** What was remembered under the key. The caller knows its type: each page uses names of its own. */
export function recall<T>(key: string): T | undefined {
  return kept.get(key) as T | undefined;
}

/** Forgets everything: the next person starts anew. */
export function forget(): void {
  kept.clear();
}
