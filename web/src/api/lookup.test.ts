import { describe, expect, it } from 'vitest';
import { Lookup } from './lookup.svelte';

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('a lookup', () => {
  it('asks for each thing once and for few at a time', async () => {
    let running = 0;
    let most = 0;
    const asked: string[] = [];
    const lookup = new Lookup(async (id: string) => {
      asked.push(id);
      most = Math.max(most, (running += 1));
      await settled();
      running -= 1;
      return id.toUpperCase();
    });
    const ids = Array.from({ length: 10 }, (_, n) => `t${n}`);
    expect([...ids, ...ids].map((id) => lookup.get(id))).toEqual(Array(20).fill(undefined));
    while (asked.length < 10 || running > 0) await settled();
    await settled();
    expect(ids.map((id) => lookup.get(id))).toEqual(ids.map((id) => id.toUpperCase()));
    expect(asked).toEqual(ids);
    expect(most).toBeLessThanOrEqual(4);
  });

  it('remembers what could not be read', async () => {
    let asked = 0;
    const lookup = new Lookup<string>(async () => {
      asked += 1;
      throw new Error('not found');
    });
    lookup.get('a');
    await settled();
    expect(lookup.get('a')).toBeNull();
    await settled();
    expect(asked).toBe(1);
  });

  it('takes over what came by another way', () => {
    const lookup = new Lookup<string>(() => Promise.reject(new Error('never asked')));
    lookup.put('a', 'A');
    expect(lookup.get('a')).toBe('A');
  });
});
