import { describe, expect, it } from 'vitest';
import type { Area, Category, Contract, Coverage, Organisation } from '../api/types';
import { districtsOf, endingWithin, firstOf, groupsOf, leftBy, Matrix, placeOf, summaryOf, type Book } from './coverage';

const NOW = new Date('2026-11-30T12:00:00Z');
const names = { name_fa: '', name_en: '', rev: 1, updated_at: NOW.toISOString() };

function area(id: string, kind: Area['kind'], parent_id: string | null): Area {
  return { id, code: id, kind, parent_id, ...names };
}

function category(id: string, parent_id: string | null, state: Category['state'] = 'active'): Category {
  return { id, code: id, parent_id, state, ...names } as Category;
}

function contract(id: string, more: Partial<Contract> = {}): Contract {
  const validity = { valid_from: '2026-01-01T00:00:00Z', valid_to: '2027-01-01T00:00:00Z' };
  return { id, number: id, organisation_id: `org-${id}`, status: 'active', daily_capacity: null, ...validity, ...names, ...more };
}

function coverage(id: string, of: string, where: string, what: string | null, rank = 1, more: Partial<Coverage> = {}): Coverage {
  const validity = { valid_from: '2026-01-01T00:00:00Z', valid_to: null };
  return {
    id,
    contract_id: of,
    area_id: where,
    category_id: what,
    descent: 'with_descendants',
    rank,
    daily_capacity: null,
    ...validity,
    rev: 1,
    updated_at: NOW.toISOString(),
    ...more,
  };
}

const city = area('city', 'city', null);
const north = area('north', 'district', 'city');
const south = area('south', 'district', 'city');
const roads = category('roads', null);
const hole = category('hole', 'roads');
const kerb = category('kerb', 'roads');
const water = category('water', null);

function book(contracts: Contract[], coverages: Coverage[], off: string[] = []): Book {
  const organisations = contracts.map(
    ({ organisation_id: id }) =>
      ({
        id,
        code: id,
        kind: id === 'org-office' ? 'region_office' : 'contractor',
        state: off.includes(id) ? 'disabled' : 'active',
      }) as Organisation,
  );
  return {
    contracts,
    coverages,
    organisations,
    areas: [city, north, south],
    categories: [roads, hole, kerb, category('old', 'roads', 'disabled'), water],
  };
}

const asked = (of: Book, where: Area, what: Category, at = NOW) =>
  new Matrix(of, at).cell(where, what).asked.map(({ coverage: c, tied }) => c.id + (tied ? '=' : ''));
const state = (of: Book, where: Area, what: Category) => new Matrix(of, NOW).cell(where, what).state;

describe('who is asked', () => {
  it('is ordered by rank, then category, then area', () => {
    const of = book(
      [contract('a'), contract('b')],
      [
        coverage('all', 'a', 'city', null),
        coverage('group', 'a', 'city', 'roads'),
        coverage('exact', 'b', 'city', 'hole'),
        coverage('near', 'b', 'north', 'hole'),
        coverage('late', 'b', 'north', 'hole', 2),
      ],
    );
    expect(asked(of, north, hole)).toEqual(['near', 'exact', 'group', 'all', 'late']);
    expect(asked(of, south, hole)).toEqual(['exact', 'group', 'all']);
    expect(asked(of, north, water)).toEqual(['all']);
    expect(state(of, north, hole)).toBe('covered');
  });

  it('leaves out what is of another place or category', () => {
    const of = book(
      [contract('a')],
      [
        coverage('1', 'a', 'south', null),
        coverage('2', 'a', 'north', 'kerb'),
        coverage('3', 'a', 'north', 'roads', 1, { descent: 'exact' }),
      ],
    );
    expect(asked(of, north, hole)).toEqual([]);
    expect(asked(of, north, roads)).toEqual(['3']);
    expect(new Matrix(of, NOW).cell(north, hole)).toMatchObject({ state: 'gap', excluded: [] });
  });

  it('says why a coverage counts for nothing', () => {
    const of = book(
      [
        contract('suspended', { status: 'suspended' }),
        contract('draft', { status: 'draft' }),
        contract('over', { valid_to: NOW.toISOString() }),
        contract('office'),
        contract('disabled'),
        contract('a'),
      ],
      [
        coverage('1', 'suspended', 'city', null),
        coverage('2', 'draft', 'city', null),
        coverage('3', 'over', 'city', null),
        coverage('office', 'office', 'city', null),
        coverage('4', 'disabled', 'city', null),
        coverage('5', 'a', 'city', null, 1, { valid_to: NOW.toISOString() }),
        coverage('6', 'unknown', 'city', null),
      ],
      ['org-disabled'],
    );
    const { excluded, asked: none } = new Matrix(of, NOW).cell(north, hole);
    expect(none).toEqual([]);
    expect(excluded.map(({ coverage: c, reason }) => [c.id, reason])).toEqual([
      ['1', 'suspended'],
      ['2', 'not_in_force'],
      ['3', 'not_in_force'],
      ['office', 'no_contractor'],
      ['4', 'organisation_disabled'],
      ['5', 'coverage_not_valid'],
    ]);
  });

  it('counts from the first instant of validity to before the last', () => {
    const of = book(
      [contract('a', { valid_from: NOW.toISOString(), valid_to: '2026-12-01T00:00:00Z' })],
      [coverage('1', 'a', 'city', null)],
    );
    expect(asked(of, north, hole)).toEqual(['1']);
    expect(asked(of, north, hole, new Date(NOW.getTime() - 1))).toEqual([]);
    expect(asked(of, north, hole, new Date('2026-12-01T00:00:00Z'))).toEqual([]);
  });

  it('is an overlap only between contracts that say the same', () => {
    const two = [contract('b'), contract('a')];
    const same = book(two, [coverage('1', 'b', 'north', 'roads'), coverage('2', 'a', 'north', 'roads')]);
    expect(asked(same, north, hole)).toEqual(['2', '1=']);
    expect(state(same, north, hole)).toBe('overlap');
    expect(firstOf(new Matrix(same, NOW).cell(north, hole))).toHaveLength(2);
    const nearer = book(two, [coverage('1', 'b', 'north', 'hole'), coverage('2', 'a', 'north', 'roads')]);
    expect(state(nearer, north, hole)).toBe('covered');
    const own = book(two, [coverage('1', 'a', 'north', 'roads'), coverage('2', 'a', 'north', 'roads')]);
    expect(state(own, north, hole)).toBe('covered');
  });

  it('has only backups where nobody has the first rank', () => {
    expect(state(book([contract('a')], [coverage('1', 'a', 'city', null, 2)]), north, hole)).toBe('backup');
  });
});

describe('several cells', () => {
  const of = book(
    [contract('a'), contract('b')],
    [coverage('1', 'a', 'north', 'hole'), coverage('2', 'b', 'north', 'kerb', 2), coverage('3', 'a', 'south', 'roads')],
  );
  const cells = (where: Area) => [hole, kerb].map((what) => new Matrix(of, NOW).cell(where, what));

  it('tell the worst state, how often, and who is first', () => {
    expect(summaryOf(cells(north))).toEqual({ state: 'backup', count: 1, organisations: ['org-a', 'org-b'] });
    expect(summaryOf(cells(south))).toEqual({ state: 'covered', count: 2, organisations: ['org-a'] });
    expect(summaryOf(cells(city))).toEqual({ state: 'gap', count: 2, organisations: [] });
  });

  it('know the place of an organisation', () => {
    const [first] = cells(north);
    expect(first && placeOf(first, 'org-a')).toBe(0);
    expect(first && placeOf(first, 'org-b')).toBeUndefined();
  });
});

it('looks at the smallest areas, and at categories in use by group', () => {
  expect(districtsOf([city, north, south])).toEqual([north, south]);
  expect(districtsOf([city])).toEqual([city]);
  const groups = groupsOf(book([], []).categories).map(({ group, members }) => [group.id, members.map((m) => m.id)]);
  expect(groups).toEqual([
    ['roads', ['hole', 'kerb']],
    ['water', ['water']],
  ]);
});

it('finds the contracts that end soon, the soonest first', () => {
  const ends = (days: number) => ({ valid_to: new Date(NOW.getTime() + days * 86_400_000).toISOString() });
  const contracts = [
    contract('later', ends(90)),
    contract('soon', { ...ends(5), status: 'suspended' }),
    contract('far', ends(91)),
    contract('draft', { ...ends(5), status: 'draft' }),
    contract('today', ends(0)),
  ];
  expect(endingWithin(contracts, NOW, 90).map(({ id }) => id)).toEqual(['soon', 'later']);
});

it('counts what the end of a contract leaves to nobody', () => {
  const ending = contract('a', { valid_to: '2026-12-10T00:00:00Z' });
  const alone = [coverage('1', 'a', 'city', 'roads')];
  expect(leftBy(book([ending], alone), ending)).toBe(4);
  const backed = book([ending, contract('b')], [...alone, coverage('2', 'b', 'north', 'roads', 2)]);
  expect(leftBy(backed, ending)).toBe(2);
});
