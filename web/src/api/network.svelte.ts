/** Whether the server can be reached, as the last requests found it. */
class Network {
  /** True from the first request that got no answer until the next that gets one. */
  lost = $state(false);
}

export const network = new Network();

/** What {@link patient} needs of the world; tests bring their own. */
export interface World {
  fetch(request: Request): Promise<Response>;
  /** Resolves after so many milliseconds, or earlier when the browser says that it is online again. */
  wait(milliseconds: number): Promise<void>;
  now(): number;
}

const browser: World = {
  fetch: (request) => fetch(request),
  wait: (milliseconds) =>
    new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        removeEventListener('online', done);
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      addEventListener('online', done);
    }),
  now: () => Date.now(),
};

/** How long a request that only reads is repeated while the network is away, milliseconds. */
const PATIENCE = 60_000;
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 5_000;

/**
 * `fetch` that survives a short loss of the network: what only reads is asked again until there is an answer or a minute has passed;
 * what writes is asked once, and its form stays.
 */
export async function patient(request: Request, world: World = browser): Promise<Response> {
  const reads = request.method === 'GET';
  const end = world.now() + PATIENCE;
  for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    try {
      const response = await world.fetch(request.clone());
      network.lost = false;
      return response;
    } catch (error) {
      if (request.signal.aborted) throw error;
      network.lost = true;
      if (!reads || world.now() + pause > end) throw error;
    }
    await world.wait(pause);
    request.signal.throwIfAborted();
  }
}
