import { afterEach, describe, expect, it, vi } from 'vitest';
import { forgetPictures, picture } from './photos';
import { session } from './session.svelte';

/** A server that answers one after the other. */
function answering(...answers: (() => Response)[]): { readonly bearers: (string | null)[] } {
  const bearers: (string | null)[] = [];
  vi.stubGlobal('location', { origin: 'http://city.example' });
  vi.stubGlobal('fetch', async (request: Request) => {
    bearers.push(request.headers.get('authorization'));
    return (answers.shift() ?? (() => new Response('no more answers', { status: 500 })))();
  });
  vi.spyOn(URL, 'createObjectURL').mockReturnValue('blob:picture');
  vi.spyOn(session, 'token').mockResolvedValue('old');
  vi.spyOn(session, 'renew').mockResolvedValue('new');
  return { bearers };
}

describe('a picture', () => {
  afterEach(() => {
    forgetPictures();
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });

  it('is asked for again with a new token where the old one is refused', async () => {
    const { bearers } = answering(
      () => Response.json({ code: 'unauthenticated', status: 401 }, { status: 401 }),
      () => new Response('bytes'),
    );
    expect(await picture({ id: 'p' }, 'thumb')).toBe('blob:picture');
    expect(bearers).toEqual(['Bearer old', 'Bearer new']);
  });

  it('that is refused says why, and is asked for again when it is next shown', async () => {
    answering(
      () => Response.json({ code: 'not_found', status: 404, title: 'no such photo' }, { status: 404 }),
      () => new Response('bytes'),
    );
    await expect(picture({ id: 'p' }, 'thumb')).rejects.toMatchObject({ code: 'not_found', message: 'no such photo' });
    expect(await picture({ id: 'p' }, 'thumb')).toBe('blob:picture');
  });

  it('that no network brings is told from one that is refused', async () => {
    answering();
    vi.spyOn(session, 'token').mockRejectedValue(new TypeError('fetch failed'));
    await expect(picture({ id: 'p' }, 'thumb')).rejects.toMatchObject({ code: 'network' });
  });
});
