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
  /** What was asked, with which access token. */
  asked: string[] = [];
  /** Happens while an exchange is under way. */
  meanwhile: () => void = () => undefined;
  #turn: Promise<unknown> = Promise.resolve();

  now = () => this.clock;

  alone<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(run);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  bodies: unknown[] = [];

  async send(path: string, body?: unknown, bearer?: string): Promise<Response> {
    this.bodies.push(body);
    this.asked.push(bearer === undefined ? path : `${path} ${bearer}`);
    if (this.answer === 'away') throw new TypeError('fetch failed');
    if (this.answer === 'refused') return Response.json({ code: 'token_reused', status: 401, title: '', request_id: 'r' }, { status: 401 });
    if (path === '/v1/auth/logout') return new Response(null, { status: bearer === `first-0` && this.clock >= 900_000 ? 401 : 204 });
    if (path === '/v1/auth/refresh') {
      this.exchanges += 1;
      this.meanwhile();
    }
    const login = (body as { login?: string } | undefined)?.login ?? 'operator';
    const account = { id: login === 'operator' ? 'a' : 'b', login, display_name: 'Operator', roles: ['operator'] };
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

  it('that has ended by the clock is renewed before it is ended', async () => {
    browser.clock = 900_000;
    browser.asked = [];
    await tabs[0]?.logout();
    expect(browser.asked).toEqual(['/v1/auth/refresh', '/v1/auth/logout renewed-1']);
    expect(browser.kept.get('bazdid.session')).toBeUndefined();
  });

  it('that the server says has ended is renewed before it is ended', async () => {
    // The clock of the browser is behind that of the server.
    const now = browser.now;
    browser.clock = 900_000;
    browser.now = () => 0;
    browser.asked = [];
    await tabs[0]?.logout();
    browser.now = now;
    expect(browser.asked).toEqual(['/v1/auth/logout first-0', '/v1/auth/refresh', '/v1/auth/logout renewed-1']);
  });

  it('does not come back when it is ended while another tab renews it', async () => {
    browser.clock = 899_000;
    browser.meanwhile = () => browser.kept.delete('bazdid.session');
    browser.asked = [];
    await expect(tabs[1]?.token()).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(browser.asked).toEqual(['/v1/auth/refresh', '/v1/auth/logout renewed-1']);
    expect(browser.kept.get('bazdid.session')).toBeUndefined();
  });

  it('sends nothing of one person in the name of another', async () => {
    const stale = (await tabs[0]?.token()) ?? '';
    browser.kept.delete('bazdid.session');
    await tabs[1]?.login('somebody', 'secret');
    await expect(tabs[0]?.renew(stale)).rejects.toMatchObject({ code: 'unauthenticated' });
    // From then on the tab is the other person's.
    expect(tabs[0]?.person?.login).toBe('somebody');
    await expect(tabs[0]?.renew(stale, 'a')).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(await tabs[0]?.token()).toBe('first-0');
  });
});
