import { describe, expect, it } from 'vitest';
import { ticketQuery } from './tickets';

describe('the question for a page of tickets', () => {
  it('is for a code where only digits were typed, in any script and in groups', () => {
    expect(ticketQuery({ q: ' ۰۴۸۵ ۱۲۳-۹۷۶ ' }, undefined, {})).toEqual({ code: '0485 123-976', limit: 50 });
    expect(ticketQuery({ q: 'پلاک ۱۲' }, undefined, {})).toEqual({ q: 'پلاک 12', limit: 50 });
  });

  it('asks to count on the first page, unless words are searched for', () => {
    expect(ticketQuery({ status: 'new' }, undefined, { total: true })).toEqual({ status: 'new', limit: 50, total: true });
    expect(ticketQuery({ q: '0485123976' }, undefined, { total: true })).toMatchObject({ total: true });
    expect(ticketQuery({ q: 'pothole' }, undefined, { total: true })).not.toHaveProperty('total');
    expect(ticketQuery({ status: 'new' }, 'next', { total: true })).toEqual({ status: 'new', limit: 50, cursor: 'next' });
  });
});
