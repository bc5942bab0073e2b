import { describe, expect, it } from 'vitest';
import { Failure } from '../../api/problem';
import { Change } from './change.svelte';

interface Thing {
  readonly rev: number;
  readonly text: string;
}

/** A server with one thing: it takes a command of the revision that it has. */
class Server {
  thing: Thing = { rev: 1, text: 'first' };
  away = false;

  read = async (): Promise<Thing> => {
    if (this.away) throw new Failure();
    return this.thing;
  };

  write = async (seen: Thing, text: string): Promise<Thing> => {
    if (seen.rev !== this.thing.rev) {
      const problem = { type: '', code: 'precondition_failed', status: 412, title: '', retryable: false, request_id: '' };
      throw new Failure(problem);
    }
    this.thing = { rev: seen.rev + 1, text };
    return this.thing;
  };
}

describe('a change', () => {
  it('carries the revision that was seen when the form was opened', async () => {
    const server = new Server();
    const change = new Change(await server.read(), server.read);
    await server.write(server.thing, 'by somebody else');
    // The page below the form reads it again: the person has not looked at that.
    await server.read();
    expect(await change.send((seen) => server.write(seen, 'mine'))).toBe(false);
    expect(server.thing.text).toBe('by somebody else');
    expect(change.outdated).toBe(true);
    expect(change.before?.text).toBe('first');
    expect(change.seen.text).toBe('by somebody else');
  });

  it('goes on with what was written once the person has seen what changed', async () => {
    const server = new Server();
    const heard: string[] = [];
    const change = new Change(await server.read(), server.read, (before, now) => heard.push(before.text, now.text));
    await server.write(server.thing, 'by somebody else');
    await change.send((seen) => server.write(seen, 'mine'));
    expect(heard).toEqual(['first', 'by somebody else']);
    expect(await change.send((seen) => server.write(seen, 'mine'))).toBe(true);
    expect(change.error).toBeUndefined();
    expect(server.thing).toEqual({ rev: 3, text: 'mine' });
  });

  it('is asked again where the thing could not be read', async () => {
    const server = new Server();
    const change = new Change(await server.read(), server.read);
    await server.write(server.thing, 'by somebody else');
    server.away = true;
    expect(await change.send((seen) => server.write(seen, 'mine'))).toBe(false);
    expect(change.before).toBeUndefined();
    server.away = false;
    await change.send((seen) => server.write(seen, 'mine'));
    expect(change.before?.text).toBe('first');
    expect(await change.send((seen) => server.write(seen, 'mine'))).toBe(true);
  });
});
