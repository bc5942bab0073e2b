import type { State } from '../../lib/coverage';

/** The sign of a state, beside its word and its colour. */
export const MARKS: Readonly<Record<State, string>> = { covered: '✓', overlap: '⇄', backup: '△', gap: '✕' };

export const TONES = { covered: 'good', overlap: 'warn', backup: 'warn', gap: 'bad' } as const;

export const STATES: readonly State[] = ['gap', 'overlap', 'backup', 'covered'];
