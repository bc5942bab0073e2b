import { beforeEach, describe, expect, it } from 'vitest';
import { network, patient, type World } from './network.svelte';

/** A network that is away until an instant. */
function away(until: number): World & { asked: number; waited: number[] } {
  let now = 0;
  return {
    asked: 0,
    waited: [],
    now: () => now,
    async fetch() {
      this.asked += 1;
      if (now < until) throw new TypeError('fetch failed');
      return new Response('ok');
    },
    async wait(milliseconds) {
      expect(network.lost).toBe(true);
      this.waited.push(milliseconds);
      now += milliseconds;
    },
  };
}

const get = () => new Request('http://server/v1/inbox');
const post = () => new Request('http://server/v1/tickets', { method: 'POST', body: '{}' });

describe('a loss of the network', () => {
  beforeEach(() => {
    network.lost = false;
  });

  it('of ten seconds is survived by what reads', async () => {
    const world = away(10_000);
    const response = await patient(get(), world);
    expect(await response.text()).toBe('ok');
    expect(world.waited.reduce((a, b) => a + b)).toBeLessThanOrEqual(15_000);
    expect(network.lost).toBe(false);
  });

  it('for good ends the request', async () => {
    const world = away(Number.POSITIVE_INFINITY);
    await expect(patient(get(), world)).rejects.toThrow(TypeError);
    expect(world.now()).toBeLessThanOrEqual(60_000);
    expect(network.lost).toBe(true);
  });

  it('never repeats what writes', async () => {
    const world = away(1);
    await expect(patient(post(), world)).rejects.toThrow(TypeError);
    expect(world.asked).toBe(1);
  });

  it('ends at once when nobody wants the answer any more', async () => {
    const abort = new AbortController();
    const world = away(Number.POSITIVE_INFINITY);
    world.wait = async () => abort.abort();
    await expect(patient(new Request('http://server/v1/inbox', { signal: abort.signal }), world)).rejects.toThrow();
    expect(world.asked).toBe(1);
  });
});
