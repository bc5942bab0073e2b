import { describe, expect, it } from 'vitest';
import { guard } from './guard.svelte';

describe('the guard', () => {
  it('asks only while a form holds something, and once at a time', async () => {
    let changed = false;
    const gone = guard.watch(() => changed);
    expect(await guard.leave()).toBe(true);
    changed = true;
    const first = guard.leave();
    const second = guard.leave();
    expect(await first).toBe(false);
    guard.question?.(false);
    expect(await second).toBe(false);
    expect(guard.dirty).toBe(true);
    gone();
    expect(guard.dirty).toBe(false);
  });

  it('lets go of what somebody leaves', async () => {
    const gone = guard.watch(() => true);
    const asked = guard.leave();
    guard.question?.(true);
    expect(await asked).toBe(true);
    expect(guard.dirty).toBe(false);
    expect(await guard.leave()).toBe(true);
    gone();
  });
});
