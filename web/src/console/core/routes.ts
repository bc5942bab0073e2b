import type { Component } from 'svelte';
import type { Permission } from '../../api/types';
import type { Messages } from '../../i18n/fa';
import Conflicts from '../pages/Conflicts.svelte';
import Conflict from '../pages/Conflict.svelte';
import Contracts from '../pages/Contracts.svelte';
import Devices from '../pages/Devices.svelte';
import Inbox from '../pages/Inbox.svelte';
import Notices from '../pages/Notices.svelte';
import Orders from '../pages/Orders.svelte';
import Organisations from '../pages/Organisations.svelte';
import Patrols from '../pages/Patrols.svelte';
import People from '../pages/People.svelte';
import Person from '../pages/Person.svelte';
import Quarantine from '../pages/Quarantine.svelte';
import Register from '../pages/Register.svelte';
import Round from '../pages/Round.svelte';
import Rounds from '../pages/Rounds.svelte';
import Ticket from '../pages/Ticket.svelte';
import Tickets from '../pages/Tickets.svelte';

interface Route {
  /** Below `/console`; `:id` stands for an id. */
  readonly path: string;
  readonly page?: Component;
  /** The page of one thing. */
  readonly detail?: Component<{ id: string }>;
  /** Both, loaded when they are first opened. */
  readonly laterPage?: () => Promise<{ readonly default: Component<Record<string, never>> }>;
  readonly laterDetail?: () => Promise<{ readonly default: Component<{ id: string }> }>;
  /** Who may see it: any of these; everybody where there are none. */
  readonly needs: readonly Permission[];
  /** Its place in the navigation, and the key after `g`. */
  readonly nav?: keyof Messages['nav'];
  readonly key?: string;
}

/** Every page, in the order of the navigation. */
export const ROUTES: readonly Route[] = [
  { path: '/', page: Inbox, needs: ['conflict.read', 'round.verify', 'work.manage'], nav: 'inbox', key: 'i' },
  { path: '/register', page: Register, needs: ['call.manage'], nav: 'register', key: 'n' },
  { path: '/tickets', page: Tickets, needs: [], nav: 'tickets', key: 't' },
  { path: '/tickets/:id', detail: Ticket, needs: [] },
  { path: '/orders', page: Orders, needs: ['work.manage'], nav: 'orders', key: 'w' },
  { path: '/rounds', page: Rounds, needs: ['round.verify'], nav: 'rounds', key: 'v' },
  { path: '/rounds/:id', detail: Round, needs: ['round.verify'] },
  { path: '/patrols', page: Patrols, needs: ['work.manage', 'round.verify', 'audit.read'], nav: 'patrols', key: 'r' },
  { path: '/conflicts', page: Conflicts, needs: ['conflict.read'], nav: 'conflicts', key: 'c' },
  { path: '/conflicts/:id', detail: Conflict, needs: ['conflict.read'] },
  { path: '/quarantine', page: Quarantine, needs: ['conflict.read'], nav: 'quarantine', key: 'q' },
  { path: '/contracts', page: Contracts, needs: ['contract.read'], nav: 'contracts', key: 'k' },
  {
    path: '/coverage',
    laterPage: () => import('../pages/Coverage.svelte'),
    needs: ['contract.manage', 'conflict.read'],
    nav: 'coverage',
    key: 'm',
  },
  { path: '/organisations', page: Organisations, needs: ['contract.read'], nav: 'organisations', key: 'o' },
  { path: '/categories', laterPage: () => import('../pages/Categories.svelte'), needs: ['catalogue.read'], nav: 'categories', key: 'y' },
  { path: '/categories/new', laterPage: () => import('../pages/NewCategory.svelte'), needs: ['catalogue.manage'] },
  { path: '/categories/:id', laterDetail: () => import('../pages/Category.svelte'), needs: ['catalogue.read'] },
  { path: '/areas', laterPage: () => import('../pages/Areas.svelte'), needs: ['area.read'], nav: 'areas', key: 'l' },
  { path: '/areas/:id', laterDetail: () => import('../pages/Area.svelte'), needs: ['area.read'] },
  { path: '/people', page: People, needs: ['account.read'], nav: 'people', key: 'p' },
  { path: '/people/:id', detail: Person, needs: ['account.read'] },
  { path: '/devices', page: Devices, needs: ['account.read'], nav: 'devices', key: 'd' },
  { path: '/notices', page: Notices, needs: ['account.manage'], nav: 'notices', key: 'a' },
  { path: '/audit', laterPage: () => import('../pages/Audit.svelte'), needs: ['audit.read'], nav: 'audit', key: 'u' },
];

/** The page of a path, with the id in it. */
export function match(path: string): { route: Route; id: string } | undefined {
  for (const route of ROUTES) {
    const found = new RegExp(`^${route.path.replace(':id', '([0-9a-f-]{36})')}$`).exec(path);
    if (found) return { route, id: found[1] ?? '' };
  }
  return undefined;
}
