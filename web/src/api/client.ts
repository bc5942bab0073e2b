import createClient, { type Middleware } from 'openapi-fetch';
import { i18n } from '../i18n/language.svelte';
import { patient } from './network.svelte';
import { Failure, failure } from './problem';
import type { paths } from './schema';
import { session } from './session.svelte';

/** What needs no login. */
const PUBLIC = ['/v1/auth/', '/v1/vocabulary', '/version'];

const login: Middleware = {
  async onRequest({ request, schemaPath }) {
    if (!request.headers.has('accept-language')) request.headers.set('accept-language', i18n.language);
    if (PUBLIC.some((path) => schemaPath.startsWith(path))) return;
    request.headers.set('authorization', `Bearer ${await session.token()}`);
  },
};

/** Sends a request; where the access token is refused although it should be good, once more with a new one. */
async function send(request: Request): Promise<Response> {
  const person = session.person?.id;
  const response = await patient(request);
  const bearer = request.headers.get('authorization')?.replace('Bearer ', '');
  if (response.status !== 401 || bearer === undefined) return response;
  const again = request.clone();
  again.headers.set('authorization', `Bearer ${await session.renew(bearer, person)}`);
  return patient(again);
}

/** The bytes of something that the server has, with the person's own token. Throws a {@link Failure} like every other request. */
export async function bytes(path: string): Promise<Blob> {
  const answer = async (): Promise<Response> => {
    const headers = { authorization: `Bearer ${await session.token()}`, 'accept-language': i18n.language };
    return send(new Request(new URL(path, globalThis.location?.origin), { headers }));
  };
  const response = await answer().catch(unanswered);
  if (!response.ok) throw failure(response, await response.json().catch(() => undefined));
  return response.blob().catch(unanswered);
}

/** The failure of a request that the network did not answer. */
function unanswered(error: unknown): never {
  throw error instanceof TypeError ? new Failure() : error;
}

/** The server's API, typed by its document. */
export const api = createClient<paths>({ baseUrl: globalThis.location?.origin ?? '', fetch: send });
api.use(login);

interface Answer<T> {
  readonly data?: T;
  readonly error?: unknown;
  readonly response: Response;
}

/**
 * The body of a successful answer.
 *
 * Throws a {@link Failure} for everything else.
 */
export async function data<T>(answer: Promise<Answer<T>>): Promise<NonNullable<T>> {
  const { data: body, error, response } = await answered(answer);
  if (!response.ok) throw failure(response, error);
  return body as NonNullable<T>;
}

/** Waits for a success that has no body. */
export async function done(answer: Promise<Answer<unknown>>): Promise<void> {
  const { error, response } = await answered(answer);
  if (!response.ok) throw failure(response, error);
}

function answered<T>(answer: Promise<Answer<T>>): Promise<Answer<T>> {
  return answer.catch(unanswered);
}

/** The precondition of a command: the revision that was read. */
export function ifMatch(thing: { readonly rev: number }): { 'If-Match': string } {
  return { 'If-Match': `"${thing.rev}"` };
}
