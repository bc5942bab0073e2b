import { expect, it } from 'vitest';
import { pageQuery } from './query';

it('asks for what has a value, and for a page after the first by its cursor', () => {
  expect(pageQuery({ area: 'north', kind: '', late: undefined }, undefined)).toEqual({ area: 'north', limit: 50 });
  expect(pageQuery({ area: 'north' }, 'next', 200)).toEqual({ area: 'north', limit: 200, cursor: 'next' });
});
