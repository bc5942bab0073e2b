import type { components } from './schema';

/** An error as the server answers it, with members that some codes add. */
export type ProblemBody = components['schemas']['Problem'] & Readonly<Record<string, unknown>>;

/** Why a request came to nothing: the server's answer, or no answer at all. */
export class Failure extends Error {
  /** The server's answer; absent where the network failed. */
  readonly problem: ProblemBody | undefined;

  constructor(problem?: ProblemBody) {
    super(problem?.title ?? 'no answer from the server');
    this.name = 'Failure';
    this.problem = problem;
  }

  /** The stable code of the error; `network` where there was no answer. */
  get code(): string {
    return this.problem?.code ?? 'network';
  }

  /** What is wrong with a field of the body; `pointer` such as `/caller_phone`. */
  field(pointer: string): string | undefined {
    return this.problem?.errors?.find((e) => e.pointer === pointer)?.detail;
  }
}

/** Reads an answer that is not a success; one that is no problem document (a proxy's page) becomes a problem without a name. */
export function failure(response: Response, body: unknown): Failure {
  if (typeof body === 'object' && body !== null && 'code' in body) return new Failure(body as ProblemBody);
  return new Failure({
    type: 'about:blank',
    code: `http_${response.status}`,
    status: response.status,
    title: response.statusText || `HTTP ${response.status}`,
    retryable: response.status >= 500,
    request_id: response.headers.get('x-request-id') ?? '',
  });
}
