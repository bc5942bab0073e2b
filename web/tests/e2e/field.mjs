// What somebody in the field sends, as the field app would.
import { randomUUID } from 'node:crypto';

async function post(address, path, body, token) {
  const authorization = token ? { authorization: `Bearer ${token}` } : {};
  const response = await fetch(`${address}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...authorization },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${path}: ${JSON.stringify(answer)}`);
  return answer;
}

/** Pushes one command of somebody from a device that is registered for it; answers what became of it. */
export async function push(town, login, cmd, entity, args) {
  const { access_token } = await post(town.address, '/v1/auth/login', { login, password: town.password(login) });
  const registration = { app_version: '1.0.0', name: 'e2e', nonce: randomUUID(), platform: 'android' };
  const { id: device } = await post(town.address, '/v1/sync/devices', registration, access_token);
  const now = new Date().toISOString();
  const mutation = { seq: 1, id: randomUUID(), cmd, v: 1, entity, at: now, args };
  const body = { device, schema: 1, sent_at: now, uptime_ms: 1000, boot: 'e2e', pending: 1, acked_through: 0, mutations: [mutation] };
  const { results } = await post(town.address, '/v1/sync/push', body, access_token);
  return results[0];
}
