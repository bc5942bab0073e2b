import { api, data } from './client';
import { reference } from './reference.svelte';
import type { Book } from '../lib/coverage';

/** Everything that decides who is asked, as it stands now. */
export async function readBook(): Promise<Book> {
  const [contracts, coverages] = await Promise.all([data(api.GET('/v1/contracts')), data(api.GET('/v1/coverages')), reference.load()]);
  const { organisations, areas, categories } = reference;
  return { contracts: contracts.items, coverages: coverages.items, organisations, areas, categories };
}
