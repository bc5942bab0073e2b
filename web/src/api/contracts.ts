import { api, data, ifMatch } from './client';
import { session } from './session.svelte';
import type { Contract, Coverage, Organisation, Schemas } from './types';

/** All that the page of contracts shows. */
export interface ContractPage {
  readonly contracts: readonly Contract[];
  /** What each covers, by its id. */
  readonly coverages: ReadonlyMap<string, readonly Coverage[]>;
  /** Gaps, overlaps and ends; absent for who does not write contracts. */
  readonly report: Schemas['ContractReport'] | undefined;
}

export async function readContracts(): Promise<ContractPage> {
  const reported = session.may('contract.manage') ? data(api.GET('/v1/contracts/report')) : undefined;
  const [contracts, coverages, report] = await Promise.all([data(api.GET('/v1/contracts')), data(api.GET('/v1/coverages')), reported]);
  const byContract = new Map<string, Coverage[]>();
  for (const coverage of coverages.items) {
    const those = byContract.get(coverage.contract_id);
    if (those) those.push(coverage);
    else byContract.set(coverage.contract_id, [coverage]);
  }
  return { contracts: contracts.items, coverages: byContract, report };
}

/** What is done to a contract with a press of a button. */
export type ContractChange = 'activate' | 'suspend' | 'end';

export function changeContract(contract: Contract, change: ContractChange): Promise<Contract> {
  const params = { path: { id: contract.id }, header: ifMatch(contract) };
  switch (change) {
    case 'activate':
      return data(api.POST('/v1/contracts/{id}/activate', { params }));
    case 'suspend':
      return data(api.POST('/v1/contracts/{id}/suspend', { params }));
    case 'end':
      return data(api.POST('/v1/contracts/{id}/end', { params }));
  }
}

/** Adds an organisation, or changes one as it was read. */
export function saveOrganisation(read: Organisation | undefined, body: Schemas['OrganisationData'], key: string): Promise<Organisation> {
  return read
    ? data(api.PUT('/v1/organisations/{id}', { params: { path: { id: read.id }, header: ifMatch(read) }, body }))
    : data(api.POST('/v1/organisations', { params: { header: { 'Idempotency-Key': key } }, body }));
}
