import { expect, it } from 'vitest';
import { pageOf, type InboxItem } from './inbox';

const subjects = [
  [{ type: 'work_order', value: { id: 'o', ticket: { id: 't' } } }, ['/tickets/t', { order: 'o' }]],
  [{ type: 'round', value: { id: 'r' } }, ['/rounds/r']],
  [{ type: 'ticket', value: { id: 't' } }, ['/tickets/t']],
  [{ type: 'conflict', value: { id: 'c' } }, ['/conflicts/c']],
  [{ type: 'quarantined', value: { id: 'm' } }, ['/quarantine']],
  [{ type: 'device', value: { id: 'd', account_id: 'a' } }, ['/devices', { account: 'a' }]],
] as const;

it.each(subjects)('%o of the inbox is worked on at %o', (subject, page) => {
  expect(pageOf({ subject } as unknown as InboxItem)).toEqual(page);
});
