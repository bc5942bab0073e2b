import { i18n } from '../i18n/language.svelte';
import { api, data } from './client';
import { pageQuery } from './query';
import { session } from './session.svelte';
import type { Area, Category, Order, Organisation, PersonName, Ticket, TicketSummary } from './types';

/** What rows refer to by id: read once, named in the language that is set. */
class Reference {
  categories = $state.raw<readonly Category[]>([]);
  areas = $state.raw<readonly Area[]>([]);
  organisations = $state.raw<readonly Organisation[]>([]);
  /** Who can be asked to do something. */
  contractors = $derived(this.organisations.filter((one) => one.kind === 'contractor' || one.kind === 'emergency_group'));
  #categories = $derived(new Map(this.categories.map((c) => [c.id, c])));
  #areas = $derived(new Map(this.areas.map((a) => [a.id, a])));
  #organisations = $derived(new Map(this.organisations.map((o) => [o.id, o])));

  /** What kept something that names are taken from, and that no page asked for itself, from being read. */
  trouble = $state.raw<unknown>();
  #again: () => Promise<unknown> = () => this.load();

  /** Reads something that names are taken from; what goes wrong is shown on every page, with a way to try again. */
  async watch(read: () => Promise<unknown>): Promise<void> {
    try {
      await read();
      this.trouble = undefined;
    } catch (problem) {
      this.#again = read;
      this.trouble = problem;
    }
  }

  /** Tries again what went wrong. */
  async retry(): Promise<void> {
    await this.watch(this.#again);
  }

  /** Reads everything anew. */
  async load(): Promise<void> {
    const [categories, areas, organisations] = await Promise.all([
      data(api.GET('/v1/categories')),
      data(api.GET('/v1/areas')),
      data(api.GET('/v1/organisations')),
    ]);
    this.categories = categories.items;
    this.areas = areas.items;
    this.organisations = organisations.items;
  }

  category(id: string): Category | undefined {
    return this.#categories.get(id);
  }

  area(id: string): Area | undefined {
    return this.#areas.get(id);
  }

  categoryName(id: string): string {
    const found = this.#categories.get(id);
    return found ? i18n.name(found) : i18n.t.common.unknown;
  }

  /** The names of areas, joined. */
  areaNames(ids: readonly string[]): string {
    const names = ids.flatMap((id) => this.#areas.get(id) ?? []).map((area) => i18n.name(area));
    return names.join(i18n.t.common.comma);
  }

  organisationName(id: string): string {
    const found = this.#organisations.get(id);
    return found ? i18n.name(found) : i18n.t.common.unknown;
  }
}

export const reference = new Reference();

/** A ticket in short, as the rows of other lists have theirs. */
export function summaryOf(ticket: Ticket): TicketSummary {
  const { id, code, address_text: address, leaf_areas, priority, hazard, promise_at } = ticket;
  const unknown = { id: ticket.category, code: '', name_fa: i18n.t.common.unknown, name_en: i18n.t.common.unknown };
  const areas = leaf_areas.flatMap((area) => reference.area(area) ?? []).map((area) => ({ id: area.id, name: i18n.name(area) }));
  return { id, code, category: reference.category(ticket.category) ?? unknown, place: { address, areas }, priority, hazard, promise_at };
}

/** Where a ticket is, in words: its address, or its smallest areas. */
export function placeText({ address, areas }: TicketSummary['place']): string {
  const above = new Set(areas.map((area) => reference.area(area.id)?.parent_id));
  const smallest = areas.filter((area) => !above.has(area.id)).map((area) => area.name);
  return address ?? smallest.join(i18n.t.common.comma);
}

/** Names of accounts, read together when the first one is shown. */
class People {
  #names = $state.raw<ReadonlyMap<string, string>>();
  #asked = false;

  /** The name; `undefined` until they have been read, `null` for whom the reader may not see. */
  name(id: string): string | null | undefined {
    if (!this.#asked) {
      this.#asked = true;
      queueMicrotask(() => void reference.watch(() => this.#read()));
    }
    return this.#names && (this.#names.get(id) ?? null);
  }

  clear(): void {
    this.#names = undefined;
    this.#asked = false;
  }

  async #read(): Promise<void> {
    const names = new Map<string, string>();
    let cursor: string | null | undefined;
    do {
      const query = pageQuery({}, cursor ?? undefined, 200);
      const page = await data(api.GET('/v1/accounts', { params: { query } }));
      for (const account of page.items) names.set(account.id, account.display_name);
      cursor = page.next_cursor;
    } while (cursor);
    this.#names = names;
  }
}

const people = new People();

/** What people read for a person that is known by id only. Who may not see accounts learns only whether it is they themselves. */
export function personName(id: string | null | undefined): string {
  const t = i18n.t.common;
  if (!id) return t.system;
  if (id === session.person?.id) return t.you;
  if (!session.may('account.read')) return t.somebody;
  const name = people.name(id);
  return name === undefined ? '…' : (name ?? t.somebody);
}

/** What people read for a person whose name came with the row. */
export function named(person: PersonName | null | undefined): string {
  const t = i18n.t.common;
  if (person?.id === session.person?.id) return t.you;
  return person?.name ?? t.system;
}

/** Who holds an order, or would be asked. */
export function holderOf(order: Pick<Order, 'organisation' | 'account'>): string {
  return order.organisation?.name ?? (order.account ? named(order.account) : i18n.t.order.nobody);
}

/** Forgets what belongs to the person before. */
export function forgetReference(): void {
  people.clear();
  reference.trouble = undefined;
}
