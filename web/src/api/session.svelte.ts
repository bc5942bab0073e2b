import { patient } from './network.svelte';
import { Failure, failure } from './problem';
import type { components } from './schema';
import type { Permission, Role } from './types';

export type Person = components['schemas']['TokenAccount'];
type Tokens = components['schemas']['TokenAnswer'];

/** A login as it is kept for all tabs. */
interface Kept {
  readonly access: string;
  readonly refresh: string;
  /** When the access token ends, milliseconds since 1970. */
  readonly until: number;
  readonly person: Person;
}

/** What a session needs of the browser; tests bring their own. */
export interface Browser {
  readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  /** Runs one at a time in all tabs. */
  alone<T>(run: () => Promise<T>): Promise<T>;
  send(path: string, body: unknown, bearer?: string): Promise<Response>;
  now(): number;
}

const KEY = 'bazdid.session';
/** What the server knows this browser by, for each login: it opens nothing, and stays when somebody logs out. */
const CLIENTS = 'bazdid.clients';
/** For so many logins, the last ones. */
const MOST_CLIENTS = 20;
/** A token that ends sooner is exchanged before it is used, milliseconds. */
const MARGIN = 30_000;

const real: Browser = {
  storage: globalThis.localStorage,
  // Web Locks exist on https and localhost only. Without them several tabs may exchange the same token, which the server answers with
  // the same successor for 30 seconds.
  alone: (run) => (navigator.locks ? navigator.locks.request(KEY, run) : run()),
  send: (path, body, bearer) => {
    const headers = { 'content-type': 'application/json', 'accept-language': document.documentElement.lang };
    const authorization = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
    return patient(new Request(path, { method: 'POST', headers: { ...headers, ...authorization }, body: JSON.stringify(body) }));
  },
  now: () => Date.now(),
};

/** Who works here, in all tabs. */
export class Session {
  /** Who is logged in. All that the pages hold belongs to them. */
  person = $state.raw<Person>();
  /** True when the login ended while somebody was working: they log in again without losing the page. */
  ended = $state(false);
  /** What their roles allow, as `/v1/me` says. */
  permissions = $state.raw<readonly Permission[]>([]);
  readonly #browser: Browser;

  constructor(browser: Browser = real) {
    this.#browser = browser;
    this.person = this.#read()?.person;
  }

  /** Whether a role of theirs holds the permission: what the pages offer follows; the server asks again. */
  may(permission: Permission): boolean {
    return this.permissions.includes(permission);
  }

  get roles(): readonly Role[] {
    return this.person?.roles ?? [];
  }

  /**
   * Logs in; throws a {@link Failure} if the server refuses.
   *
   * With `replacement` that is the password from now on, as `password_change_required` asks for.
   */
  async login(login: string, password: string, replacement?: string): Promise<void> {
    const clients = this.#clients();
    const known = clients[login] === undefined ? {} : { known_client: clients[login] };
    const changed = replacement === undefined ? {} : { new_password: replacement };
    const tokens = await this.#tokens('/v1/auth/login', { login, password, ...known, ...changed });
    if (tokens.known_client) {
      const { [login]: _, ...others } = clients;
      const kept = [...Object.entries(others), [login, tokens.known_client]].slice(-MOST_CLIENTS);
      this.#browser.storage.setItem(CLIENTS, JSON.stringify(Object.fromEntries(kept)));
    }
    this.#keep(tokens);
  }

  /** Logs in with a one-time code of the office, and sets the password if the code is for that. */
  async redeem(code: string, password: string): Promise<void> {
    this.#keep(await this.#tokens('/v1/auth/redeem', { code, new_password: password }));
  }

  /** Logs out everywhere in this browser, even if the server cannot be told. */
  async logout(): Promise<void> {
    const kept = this.#read();
    this.#browser.storage.removeItem(KEY);
    this.person = undefined;
    this.ended = false;
    if (kept) await this.#over(kept).catch(() => undefined);
  }

  /** Tells the server that a login is over. It wants an access token for that, so one that has ended is exchanged first. */
  async #over({ access, refresh, until }: Kept): Promise<void> {
    if (until > this.#browser.now()) {
      const answer = await this.#browser.send('/v1/auth/logout', {}, access);
      if (answer.status !== 401) return;
    }
    const { access_token } = await this.#tokens('/v1/auth/refresh', { refresh_token: refresh });
    await this.#browser.send('/v1/auth/logout', {}, access_token);
  }

  /** An access token that is good for a while. */
  async token(): Promise<string> {
    const kept = this.#own(this.person?.id);
    return kept.until - this.#browser.now() > MARGIN ? kept.access : this.renew(kept.access);
  }

  /**
   * A new access token in the place of `stale`; several tabs and requests that ask at once make one exchange. It is that of the person
   * who began the request: nothing is sent in the name of somebody who has logged in since.
   */
  async renew(stale: string, person = this.person?.id): Promise<string> {
    return this.#browser.alone(async () => {
      const kept = this.#own(person);
      if (kept.access !== stale) return kept.access;
      try {
        const tokens = await this.#tokens('/v1/auth/refresh', { refresh_token: kept.refresh });
        if (!this.#read()) {
          // Another tab has logged out meanwhile, with the token before.
          await this.#browser.send('/v1/auth/logout', {}, tokens.access_token).catch(() => undefined);
          throw this.#end();
        }
        this.#keep(tokens);
        return tokens.access_token;
      } catch (error) {
        // Only the server's own word ends a login: without an answer it may still be good.
        if (error instanceof Failure && (error.problem?.status === 401 || error.problem?.status === 403)) {
          this.#browser.storage.removeItem(KEY);
          throw this.#end(error);
        }
        throw error;
      }
    });
  }

  /** Takes over what another tab did. Where it is another person, the pages of the one before are given up. */
  follow(): void {
    const person = this.#read()?.person;
    if (!person) this.ended = this.person !== undefined;
    else {
      this.person = person;
      this.ended = false;
    }
  }

  /** The login of the person who asks; another one is none of theirs. */
  #own(person: string | undefined): Kept {
    const kept = this.#read();
    if (!kept) throw this.#end();
    if (kept.person.id !== person) {
      this.follow();
      throw unauthenticated();
    }
    return kept;
  }

  #end(error: Failure = unauthenticated()): Failure {
    this.ended = this.person !== undefined;
    return error;
  }

  async #tokens(path: string, body: unknown): Promise<Tokens> {
    const response = await this.#browser.send(path, body).catch((error: unknown) => {
      throw error instanceof TypeError ? new Failure() : error;
    });
    const answer: unknown = await response.json().catch(() => undefined);
    if (!response.ok) throw failure(response, answer);
    return answer as Tokens;
  }

  #keep(tokens: Tokens): void {
    const until = this.#browser.now() + tokens.expires_in * 1000;
    const kept: Kept = { access: tokens.access_token, refresh: tokens.refresh_token, until, person: tokens.account };
    this.#browser.storage.setItem(KEY, JSON.stringify(kept));
    this.person = kept.person;
    this.ended = false;
  }

  #clients(): Record<string, string> {
    return JSON.parse(this.#browser.storage.getItem(CLIENTS) ?? '{}') as Record<string, string>;
  }

  #read(): Kept | undefined {
    const text = this.#browser.storage?.getItem(KEY);
    return text ? (JSON.parse(text) as Kept) : undefined;
  }
}

function unauthenticated(): Failure {
  return new Failure({
    type: 'about:blank',
    code: 'unauthenticated',
    status: 401,
    title: 'unauthenticated',
    retryable: false,
    request_id: '',
  });
}

export const session = new Session();
