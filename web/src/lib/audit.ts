/** What is written to the audit log, as a kind of thing and what was done to it. A server that is newer may write more. */
const DONE: Readonly<Record<string, readonly string[]>> = {
  ticket: ['create', 'create_batch', 'triage', 'defer', 'refer', 'merge', 'reject', 'cancel', 'reopen'],
  work_order: ['offer', 'reassign', 'hold', 'refuse_hold', 'resume', 'hold_ended', 'expire', 'object', 'close', 'cancel'],
  round: ['verify', 'rework'],
  conflict: ['resolve'],
  mutation: ['adopt', 'discard'],
  photo: ['original', 'bytes_mismatch'],
  call: ['record', 'find', 'reveal'],
  account: ['create', 'update', 'disable', 'enable', 'grant', 'revoke', 'access_code', 'password_change', 'password_reset', 'end_sessions'],
  login: ['failed', 'blocked', 'refused_disabled', 'password_code', 'phone_code'],
  session: ['device', 'reuse'],
  device: ['register', 'reinstate', 'retire', 'revoke', 'snapshot_lost'],
  notice: ['raise', 'acknowledge'],
  contract: ['create', 'update', 'activate', 'suspend', 'end'],
  coverage: ['create', 'update'],
  organisation: ['create', 'update'],
  category: ['create', 'update'],
  catalogue: ['import'],
  area: ['import', 'redraw', 'update'],
  webhook: ['create', 'update', 'rotate', 'ping', 'retry', 'give_up', 'remove'],
  signing_key: ['rotate'],
  master_key: ['reset'],
  feed: ['renew'],
};

/** The actions that are known, by the kind of thing. Logging in and out have no second word. */
export const ACTIONS: readonly (readonly [subject: string, actions: readonly string[]])[] = Object.entries(DONE).map(([subject, done]) => [
  subject,
  [...(subject === 'login' ? ['login', 'logout'] : []), ...done.map((verb) => `${subject}.${verb}`)],
]);

/** The parts of an action: the thing, and what was done. */
export function partsOf(action: string): readonly [subject: string, verb: string] {
  const [subject = action, ...verb] = action.split('.');
  return subject === 'logout' ? ['login', 'logout'] : [subject, verb.join('.') || subject];
}

/** What people read for an action: `Ticket: register`; words that are not known stay as they are. */
export function actionText(action: string, subjects: Readonly<Record<string, string>>, verbs: Readonly<Record<string, string>>): string {
  const [subject, verb] = partsOf(action);
  const known = subjects[subject];
  const done = verbs[`${subject}.${verb}`] ?? verbs[verb];
  return known && done ? `${known}: ${done}` : action;
}

/** Where somebody was when they did it, of the entries that say so. */
export function originOf(detail: Readonly<Record<string, unknown>>): { address: string; agent: string } | undefined {
  const [address, agent] = [detail['address'], detail['agent']];
  if (typeof address !== 'string' && typeof agent !== 'string') return undefined;
  return { address: typeof address === 'string' ? address : '', agent: typeof agent === 'string' ? agent : '' };
}
