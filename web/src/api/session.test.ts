import { beforeEach, describe, expect, it } from 'vitest';
import { Session, type Browser } from './session.svelte';

/** A server and a browser with several tabs. */
class Fake implements Browser {
  readonly kept = new Map<string, string>();
  readonly storage = {
    getItem: (key: string) => this.kept.get(key) ?? null,
    setItem: (key: string, value: string) => void this.kept.set(key, value),
    removeItem: (key: string) => void this.kept.delete(key),
  };
  clock = 0;
  exchanges = 0;
  answer: 'ok' | 'refused' | 'away' = 'ok';
  #turn: Promise<unknown> = Promise.resolve();

  now = () => this.clock;

  alone<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(run);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  bodies: unknown[] = [];

  async send(path: string, body?: unknown): Promise<Response> {
    this.bodies.push(body);
    if (this.answer === 'away') throw new TypeError('fetch failed');
    if (this.answer === 'refused') return Response.json({ code: 'token_reused', status: 401, title: '', request_id: 'r' }, { status: 401 });
    if (path === '/v1/auth/refresh') this.exchanges += 1;
    const account = { id: 'a', login: 'operator', display_name: 'Operator', roles: ['operator'] };
    const name = `${path === '/v1/auth/refresh' ? 'renewed' : 'first'}-${this.exchanges}`;
    return Response.json({
      access_token: name,
      refresh_token: `r-${name}`,
      token_type: 'Bearer',
      expires_in: 900,
      account,
      known_client: `known-${name}`,
    });
  }
}

describe('a session', () => {
  let browser: Fake;
  let tabs: Session[];

  beforeEach(async () => {
    browser = new Fake();
    const first = new Session(browser);
    await first.login('operator', 'secret');
    tabs = [first, new Session(browser), new Session(browser), new Session(browser)];
  });

  it('is known to every tab', async () => {
    expect(await Promise.all(tabs.map((tab) => tab.token()))).toEqual(['first-0', 'first-0', 'first-0', 'first-0']);
    expect(browser.exchanges).toBe(0);
  });

  it('is renewed once for all tabs and all their requests', async () => {
    browser.clock = 899_000;
    const tokens = await Promise.all(tabs.flatMap((tab) => [tab.token(), tab.token()]));
    expect(new Set(tokens)).toEqual(new Set(['renewed-1']));
    expect(browser.exchanges).toBe(1);
  });

  it('outlives a network that is away', async () => {
    browser.clock = 900_000;
    browser.answer = 'away';
    await expect(tabs[0]?.token()).rejects.toMatchObject({ code: 'network' });
    expect(tabs[0]?.ended).toBe(false);
    browser.answer = 'ok';
    expect(await tabs[0]?.token()).toBe('renewed-1');
  });

  it('ends when the server refuses the renewal, and keeps the page', async () => {
    browser.clock = 900_000;
    browser.answer = 'refused';
    await expect(tabs[0]?.token()).rejects.toMatchObject({ code: 'token_reused' });
    expect(tabs[0]?.ended).toBe(true);
    expect(tabs[0]?.person?.login).toBe('operator');
    tabs[1]?.follow();
    expect(tabs[1]?.ended).toBe(true);
  });

  it('is begun by a client that the server knows, after a logout too', async () => {
    await tabs[0]?.logout();
    browser.bodies = [];
    await tabs[0]?.login('operator', 'secret');
    await tabs[0]?.login('somebody', 'given', 'chosen');
    expect(browser.bodies).toEqual([
      { login: 'operator', password: 'secret', known_client: 'known-first-0' },
      { login: 'somebody', password: 'given', new_password: 'chosen' },
    ]);
  });

  it('ends in all tabs with a logout', async () => {
    await tabs[0]?.logout();
    expect(tabs[0]?.person).toBeUndefined();
    tabs[1]?.follow();
    expect(tabs[1]?.ended).toBe(true);
    await expect(tabs[1]?.token()).rejects.toMatchObject({ code: 'unauthenticated' });
  });
});
