import { AREA_KINDS } from './area';
import type { Area, Category, Contract, Coverage, Organisation } from '../api/types';

/** Everything that decides who is asked. */
export interface Book {
  readonly contracts: readonly Contract[];
  readonly coverages: readonly Coverage[];
  readonly organisations: readonly Organisation[];
  readonly areas: readonly Area[];
  readonly categories: readonly Category[];
}

/** Why a coverage of the place and category counts for nothing at the instant; the words of the server's explanation. */
export type Reason = 'suspended' | 'not_in_force' | 'no_contractor' | 'organisation_disabled' | 'coverage_not_valid';

/** A coverage that may be asked. */
export interface Candidate {
  readonly coverage: Coverage;
  readonly contract: Contract;
  /** Whether only the free capacity of the day and the numbers of the contracts decide between it and the one before it. */
  readonly tied: boolean;
}

export interface Excluded {
  readonly coverage: Coverage;
  readonly contract: Contract;
  readonly reason: Reason;
}

/** Whether somebody is asked first, two at once, only somebody who is meant for later, or nobody. */
export type State = 'covered' | 'overlap' | 'backup' | 'gap';

/** Of the states of several cells the first of these is the one to be told. */
const WORST: readonly State[] = ['gap', 'overlap', 'backup', 'covered'];

/** Who is asked to do the work of a category in a district. */
export interface Cell {
  readonly category: Category;
  readonly state: State;
  /** In the order in which they are asked. */
  readonly asked: readonly Candidate[];
  readonly excluded: readonly Excluded[];
}

/** The rank that is asked first. */
const PRIMARY = 1;
/** The organisations that do contract work. */
const WORKING: readonly Organisation['kind'][] = ['contractor', 'emergency_group'];

const time = (instant: string) => Date.parse(instant);

/** A thing and all that lie above it, the nearest first. A loop of parents ends where it began. */
function pathOf(id: string, parents: ReadonlyMap<string, string | null | undefined>): string[] {
  const path: string[] = [];
  for (let next: string | null | undefined = id; next && !path.includes(next); next = parents.get(next)) path.push(next);
  return path;
}

function parentsOf(things: readonly { readonly id: string; readonly parent_id?: string | null }[]): Map<string, string | null | undefined> {
  return new Map(things.map((thing) => [thing.id, thing.parent_id]));
}

/** The areas that are looked at one by one: districts, or the smallest level that there is. */
export function districtsOf(areas: readonly Area[]): Area[] {
  const smallest = Math.max(...areas.map((area) => AREA_KINDS.indexOf(area.kind)));
  return areas.filter((area) => AREA_KINDS.indexOf(area.kind) === smallest);
}

/** The categories in use that tickets are given, by their group: those below it, or the group itself where there are none. */
export function groupsOf(categories: readonly Category[]): { group: Category; members: Category[] }[] {
  const active = categories.filter((category) => category.state === 'active');
  return active
    .filter((category) => !category.parent_id)
    .map((group) => {
      const below = active.filter((category) => category.parent_id === group.id);
      return { group, members: below.length > 0 ? below : [group] };
    });
}

/**
 * Who is asked at an instant, by the rule of the server (`dispatch.rs`): by rank, then the most specific category, then the smallest
 * area. What is left is decided by the free capacity of the day, which nobody knows beforehand, and by the number of the contract.
 */
export class Matrix {
  readonly #at: number;
  readonly #kinds: ReadonlyMap<string, number>;
  readonly #areas: ReadonlyMap<string, string | null | undefined>;
  readonly #categories: ReadonlyMap<string, string | null | undefined>;
  readonly #contracts: ReadonlyMap<string, Contract>;
  readonly #organisations: ReadonlyMap<string, Organisation>;
  readonly #byArea = new Map<string, Coverage[]>();

  constructor({ contracts, coverages, organisations, areas, categories }: Book, at: Date) {
    this.#at = at.getTime();
    this.#kinds = new Map(areas.map((area) => [area.id, AREA_KINDS.indexOf(area.kind)]));
    this.#areas = parentsOf(areas);
    this.#categories = parentsOf(categories);
    this.#contracts = new Map(contracts.map((contract) => [contract.id, contract]));
    this.#organisations = new Map(organisations.map((organisation) => [organisation.id, organisation]));
    for (const coverage of coverages) {
      const here = this.#byArea.get(coverage.area_id);
      if (here) here.push(coverage);
      else this.#byArea.set(coverage.area_id, [coverage]);
    }
  }

  cell(area: Area, category: Category): Cell {
    const categories = pathOf(category.id, this.#categories);
    const candidates: { key: readonly [number, number, number]; contract: Contract; coverage: Coverage }[] = [];
    const excluded: Excluded[] = [];
    for (const coverage of pathOf(area.id, this.#areas).flatMap((id) => this.#byArea.get(id) ?? [])) {
      const contract = this.#contracts.get(coverage.contract_id);
      const specificity = specificityOf(coverage, categories);
      const organisation = contract && this.#organisations.get(contract.organisation_id);
      if (!organisation || specificity === undefined) continue;
      const reason = this.#reason(contract, coverage, organisation);
      if (reason) excluded.push({ coverage, contract, reason });
      else candidates.push({ key: [coverage.rank, specificity, -(this.#kinds.get(coverage.area_id) ?? 0)], contract, coverage });
    }
    candidates.sort((a, b) => compare(a.key, b.key) || text(a.contract.number, b.contract.number) || text(a.coverage.id, b.coverage.id));
    const asked = candidates.map(({ key, contract, coverage }, n) => {
      const before = candidates[n - 1];
      return { contract, coverage, tied: before !== undefined && before.contract.id !== contract.id && compare(before.key, key) === 0 };
    });
    return { category, state: stateOf(asked), asked, excluded };
  }

  #reason(contract: Contract, coverage: Coverage, organisation: Organisation): Reason | undefined {
    if (contract.status === 'suspended') return 'suspended';
    const inForce = contract.status === 'active' && time(contract.valid_from) <= this.#at && this.#at < time(contract.valid_to);
    if (!inForce) return 'not_in_force';
    if (!WORKING.includes(organisation.kind)) return 'no_contractor';
    if (organisation.state !== 'active') return 'organisation_disabled';
    const valid = time(coverage.valid_from) <= this.#at && (!coverage.valid_to || this.#at < time(coverage.valid_to));
    return valid ? undefined : 'coverage_not_valid';
  }
}

/** How far above the category a coverage lies; a coverage of everything lies above all. Nothing: it does not cover the category. */
function specificityOf(coverage: Coverage, path: readonly string[]): number | undefined {
  if (!coverage.category_id) return path.length;
  const steps = path.indexOf(coverage.category_id);
  return steps === 0 || (steps > 0 && coverage.descent === 'with_descendants') ? steps : undefined;
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [n, value] of a.entries()) {
    const other = b[n] ?? 0;
    if (value !== other) return value - other;
  }
  return 0;
}

function text(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function stateOf(asked: readonly Candidate[]): State {
  const [first, second] = asked;
  if (!first) return 'gap';
  if (second?.tied) return 'overlap';
  return first.coverage.rank === PRIMARY ? 'covered' : 'backup';
}

/** What several cells come to: the state to be told, in how many of them, and which organisations are asked first. */
export interface Summary {
  readonly state: State;
  readonly count: number;
  readonly organisations: readonly string[];
}

export function summaryOf(cells: readonly Cell[]): Summary {
  const state = WORST.find((s) => cells.some((cell) => cell.state === s)) ?? 'covered';
  const first = cells.flatMap((cell) => firstOf(cell)).map(({ contract }) => contract.organisation_id);
  return { state, count: cells.filter((cell) => cell.state === state).length, organisations: [...new Set(first)] };
}

/** Whose turn it is: one, or all between whom only the day decides. */
export function firstOf(cell: Cell): readonly Candidate[] {
  const end = cell.asked.findIndex((candidate, n) => n > 0 && !candidate.tied);
  return end < 0 ? cell.asked : cell.asked.slice(0, end);
}

/** The place of an organisation among those who are asked, from 0; nothing if it is not asked. */
export function placeOf(cell: Cell, organisation: string): number | undefined {
  const at = cell.asked.findIndex(({ contract }) => contract.organisation_id === organisation);
  return at < 0 ? undefined : at;
}

const DAY = 86_400_000;

/** The contracts, active or suspended, that end within so many days after an instant, the soonest first. */
export function endingWithin(contracts: readonly Contract[], at: Date, days: number): Contract[] {
  const [from, to] = [at.getTime(), at.getTime() + days * DAY];
  return contracts
    .filter(({ status }) => status === 'active' || status === 'suspended')
    .filter(({ valid_to }) => from < time(valid_to) && time(valid_to) <= to)
    .toSorted((a, b) => time(a.valid_to) - time(b.valid_to) || text(a.number, b.number));
}

/** In how many districts and categories nobody is left to be asked at the instant at which a contract ends. */
export function leftBy(book: Book, contract: Contract): number {
  const end = time(contract.valid_to);
  const [before, after] = [new Matrix(book, new Date(end - 1)), new Matrix(book, new Date(end))];
  const categories = groupsOf(book.categories).flatMap(({ members }) => members);
  const lost = (area: Area, category: Category) =>
    before.cell(area, category).asked.some((candidate) => candidate.contract.id === contract.id) &&
    after.cell(area, category).state === 'gap';
  return districtsOf(book.areas)
    .map((area) => categories.filter((category) => lost(area, category)).length)
    .reduce((sum, n) => sum + n, 0);
}
