import { latinDigits } from '../i18n/digits';
import { api, data, ifMatch } from './client';
import { pageQuery } from './query';
import type { Account, Device, Schemas } from './types';

/** The account of the person who asks, with what it may do now. */
export function readMe(): Promise<Schemas['OwnAccountView']> {
  return data(api.GET('/v1/me'));
}

/** What accounts may be narrowed by, as it stands in an address. */
export interface PeopleFilter {
  readonly text: string;
  readonly role: string;
  readonly state: string;
}

export async function listPeople(filter: PeopleFilter, cursor: string | undefined, signal: AbortSignal) {
  const query = pageQuery(filter, cursor);
  return data(api.GET('/v1/accounts', { params: { query }, signal }));
}

export function readPerson(id: string): Promise<Account> {
  return data(api.GET('/v1/accounts/{id}', { params: { path: { id } } }));
}

/** Adds an account; the same key again has no second effect. */
export function addPerson(person: Omit<Schemas['NewAccount'], 'must_change_password'>, key: string): Promise<Account> {
  const body = { ...person, must_change_password: true, phone: person.phone ? latinDigits(person.phone) : null };
  return data(api.POST('/v1/accounts', { params: { header: { 'Idempotency-Key': key } }, body }));
}

/** What is done to an account with a press of a button. */
export type PersonChange = 'disable' | 'enable' | 'end-sessions';

export function changePerson(person: Account, change: PersonChange): Promise<Account> {
  const params = { path: { id: person.id }, header: ifMatch(person) };
  switch (change) {
    case 'disable':
      return data(api.POST('/v1/accounts/{id}/disable', { params }));
    case 'enable':
      return data(api.POST('/v1/accounts/{id}/enable', { params }));
    case 'end-sessions':
      return data(api.POST('/v1/accounts/{id}/end-sessions', { params }));
  }
}

export function resetPassword(person: Account, password: string): Promise<Account> {
  return data(
    api.POST('/v1/accounts/{id}/reset-password', { params: { path: { id: person.id }, header: ifMatch(person) }, body: { password } }),
  );
}

/** Makes a one-time code with which the person sets their password; it is shown only now. */
export function makeCode(person: Account): Promise<Schemas['AccessCode']> {
  return data(api.POST('/v1/accounts/{id}/access-code', { params: { path: { id: person.id } }, body: { purpose: 'password' } }));
}

export function grantRole(person: Account, grant: Schemas['NewGrant']): Promise<Account> {
  return data(api.POST('/v1/accounts/{id}/grant', { params: { path: { id: person.id }, header: ifMatch(person) }, body: grant }));
}

export function endGrant(person: Account, grant: string): Promise<Account> {
  const body = { grant_id: grant };
  return data(api.POST('/v1/accounts/{id}/revoke-grant', { params: { path: { id: person.id }, header: ifMatch(person) }, body }));
}

export async function listDevices(account: string, cursor: string | undefined, signal: AbortSignal) {
  const query = pageQuery({ account_id: account }, cursor);
  return data(api.GET('/v1/devices', { params: { query }, signal }));
}

/** Takes a lost device out of service. */
export function revokeDevice(id: string): Promise<Device> {
  return data(api.POST('/v1/devices/{id}/revoke', { params: { path: { id } } }));
}
