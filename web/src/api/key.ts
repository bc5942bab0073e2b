import { Failure } from './problem';

/** A new `Idempotency-Key`. Not `crypto.randomUUID`, which browsers have on https and localhost only. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The key of the next attempt: the same where there was no answer, because the first may have been done; a new one after a refusal. */
export function keyAfter(key: string, error: unknown): string {
  return error instanceof Failure && error.problem === undefined ? key : newKey();
}
