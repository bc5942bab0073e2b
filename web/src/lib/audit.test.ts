import { expect, it } from 'vitest';
import { en } from '../i18n/setup/en';
import { fa } from '../i18n/setup/fa';
import { ACTIONS, actionText, originOf } from './audit';

it.each([
  ['fa', fa],
  ['en', en],
])('has words for every action that is known (%s)', (_, { audit }) => {
  const without = ACTIONS.flatMap(([, actions]) => actions).filter((action) => actionText(action, audit.subjects, audit.verbs) === action);
  expect(without).toEqual([]);
});

it('puts an action into words, and leaves one that is not known as it is', () => {
  const text = (action: string) =>
    actionText(action, { ticket: 'Ticket', login: 'Login' }, { create: 'new', login: 'done', logout: 'end', 'login.failed': 'failed' });
  expect(text('ticket.create')).toBe('Ticket: new');
  expect(text('login')).toBe('Login: done');
  expect(text('logout')).toBe('Login: end');
  expect(text('login.failed')).toBe('Login: failed');
  expect(text('ticket.fold')).toBe('ticket.fold');
  expect(text('rocket.create')).toBe('rocket.create');
});

it('knows where somebody was, where the entry says so', () => {
  expect(originOf({ address: '10.0.0.7', agent: 'app/1', account: 'x' })).toEqual({ address: '10.0.0.7', agent: 'app/1' });
  expect(originOf({ address: '10.0.0.7' })).toEqual({ address: '10.0.0.7', agent: '' });
  expect(originOf({ code: 'x' })).toBeUndefined();
});
