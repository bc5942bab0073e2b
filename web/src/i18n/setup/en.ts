import { number } from '../digits';
import type { SetupTexts } from './fa';

const n = (value: number) => number(value, 'en');
const plural = new Intl.PluralRules('en');

/** A count with its noun: `1 cell`, `3 cells`. */
function of(count: number, one: string, other: string): string {
  return `${n(count)} ${plural.select(count) === 'one' ? one : other}`;
}

export const en: SetupTexts = {
  coverage: {
    title: 'Coverage of contracts',
    on: 'Day',
    asOf: (instant) => `As of ${instant}`,
    columns: 'Categories',
    groups: 'Groups',
    every: 'All categories',
    organisation: 'Organisation',
    anyOrganisation: 'All organisations',
    onlyFaults: 'Only districts with a fault',
    district: 'District',
    states: {
      covered: 'Somebody is first',
      overlap: 'Overlap',
      backup: 'Backups only',
      gap: 'Nobody',
    },
    hints: {
      covered: 'One contract of rank 1 is asked first.',
      overlap:
        'Two contracts with the same area, category and rank come first; the free capacity of the day decides, then the number of the contract.',
      backup: 'There is no rank 1; the first backup is asked.',
      gap: 'No contract is in force; the office has to assign by hand.',
    },
    legend: 'What the marks mean',
    counted: (state, count) => `${state}: ${n(count)}`,
    ofCategories: (count, all) => `${n(count)} of ${of(all, 'category', 'categories')}`,
    organisations: (count) => of(count, 'organisation', 'organisations'),
    backups: (count) => `+${of(count, 'backup', 'backups')}`,
    first: 'first',
    nth: (place) => `backup ${n(place)}`,
    tied: 'equal to the one before',
    none: 'No organisation is asked.',
    excluded: 'Coverages that do not count at this time',
    reasons: {
      suspended: 'the contract is suspended',
      not_in_force: 'the contract is not in force at this time',
      organisation_disabled: 'the organisation is disabled',
      coverage_not_valid: 'the coverage is not valid at this time',
    },
    rank: (rank) => `rank ${n(rank)}`,
    where: (area, category) => `${area}, ${category}`,
    allCategories: 'all categories',
    until: (day) => `until ${day}`,
    contract: (number) => `contract ${number}`,
    openGroup: 'Show the categories of this group',
    ends: 'Contracts that end within 90 days',
    endsNone: 'No contract ends within these 90 days.',
    left: (count) => `leaves ${of(count, 'cell', 'cells')} to nobody`,
    leftNone: 'others take over',
    empty: 'There is nothing to show',
    emptyFilter: 'Take a filter away, or choose another day.',
    emptyAreas: 'Import areas and categories first:',
    keys: 'Arrow keys move in the table, Enter opens a cell.',
  },
};
