import { describe, expect, it } from 'vitest';
import { callerIn, hidden } from './caller';

describe('the number of a caller', () => {
  it('moves from the query into the fragment', () => {
    const to = hidden(new URL('https://city.example/console/register?phone=%2B982833330000&x=1'));
    expect(to?.search).toBe('?x=1');
    expect(callerIn(to?.hash ?? '')).toBe('+982833330000');
    expect(hidden(new URL('https://city.example/console/tickets?q=1#phone=2'))).toBeUndefined();
  });

  it.each([
    ['#phone=02833330000', '02833330000'],
    ['#phone=+982833330000', '+982833330000'],
    ['#phone=%D8%B0', 'ذ'],
    ['#content', ''],
    ['', ''],
  ])('is read from %s', (hash, phone) => {
    expect(callerIn(hash)).toBe(phone);
  });
});
