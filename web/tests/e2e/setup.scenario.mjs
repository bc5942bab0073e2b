import { equal, holds } from './harness.mjs';
import { TEXTS } from './texts.mjs';

/** Reads from the API as somebody, or sends a command that was made for a revision. */
async function ask(town, login, path, { method = 'GET', rev, send } = {}) {
  const body = JSON.stringify({ login, password: town.password(login) });
  const headers = { 'content-type': 'application/json' };
  const { access_token } = await (await fetch(`${town.address}/v1/auth/login`, { method: 'POST', headers, body })).json();
  const condition = rev === undefined ? {} : { 'if-match': `"${rev}"` };
  const response = await fetch(`${town.address}${path}`, {
    method,
    headers: { ...headers, authorization: `Bearer ${access_token}`, ...condition },
    ...(send ? { body: JSON.stringify(send) } : {}),
  });
  const found = await response.json();
  if (!response.ok) throw new Error(`${path}: ${JSON.stringify(found)}`);
  return found;
}

export const scenarios = [
  {
    name: 'setup: who is asked where, as the server says',
    async run({ person, town }) {
      const supervisor = await person('supervisor');
      const { page } = supervisor;
      const t = TEXTS.fa.setup.coverage;
      await supervisor.go('/coverage');
      const grid = page.getByRole('grid');
      await grid.waitFor();
      // Groups and districts in which nobody has the first rank are the gaps of the server's report, while a contract is suspended too.
      const gaps = async () => (await ask(town, 'admin', '/v1/contracts/report')).gaps.length;
      const faulty = grid.locator('td:is(.gap, .backup)');
      const before = await gaps();
      equal(await faulty.count(), before, 'groups and districts without a first contractor');
      const { items } = await ask(town, 'admin', '/v1/contracts?status=active');
      const one = items[0];
      const suspended = await ask(town, 'admin', `/v1/contracts/${one.id}/suspend`, { method: 'POST', rev: one.rev });
      try {
        await supervisor.go('/coverage?faults=true');
        await faulty.first().waitFor();
        const during = await gaps();
        holds(during > before, 'suspending the contract leaves no gap');
        equal(await faulty.count(), during, 'groups and districts without a first contractor while a contract is suspended');
        await faulty.first().locator('button').click();
        await page.locator('dialog details summary').first().click();
        await page.locator('dialog').getByText(t.reasons.suspended).first().waitFor();
      } finally {
        await ask(town, 'admin', `/v1/contracts/${one.id}/activate`, { method: 'POST', rev: suspended.rev });
      }
      await supervisor.go('/coverage');
      await grid.waitFor();

      // With keys: against the direction of reading is back.
      await grid.locator('td button[tabindex="0"]').focus();
      await supervisor.press('ArrowLeft');
      await supervisor.press('ArrowDown');
      const place = await page.evaluate(() => {
        const cell = document.activeElement.closest('td');
        return [cell.parentElement.rowIndex, cell.cellIndex];
      });
      equal(place, [2, 2], 'row and column of the focus');
      await supervisor.press('Enter');
      const dialog = page.locator('dialog');
      await dialog.locator('details summary').first().click();
      await dialog.getByText(t.first, { exact: true }).first().waitFor();
      const link = dialog.locator('a').first();
      const number = (await link.textContent()).trim();
      await link.click();
      await supervisor.heading(TEXTS.fa.contracts.title);
      const opened = page.locator('details[open] summary strong');
      await opened.waitFor();
      holds(number.endsWith((await opened.textContent()).trim()), `${number} leads to another contract`);

      // One organisation: what is left speaks of it.
      await page.goBack();
      await page.getByLabel(t.columns).selectOption('all');
      await page.getByLabel(t.organisation).selectOption({ index: 1 });
      await grid.locator('td.covered, td.backup').first().waitFor();
      equal(await grid.locator('td:is(.gap, .overlap)').count(), 0, 'cells about somebody else');

      // Long after all contracts there is nobody.
      await supervisor.go('/coverage?day=2099-01-01');
      await grid.waitFor();
      equal(await grid.locator('td:not(.gap)').count(), 0, 'cells with somebody in 2099');
      await page.getByText(t.endsNone).waitFor();
    },
  },
  {
    name: 'setup: two people change a category at once',
    async run({ person, town }) {
      const admin = await person('admin', { language: 'en', expected: [/status of 412/] });
      const { page } = admin;
      const t = TEXTS.en.setup;
      await admin.go('/categories');
      await page.getByLabel(t.categories.search).fill('pothole');
      await page.locator('tbody tr', { hasText: 'animals.carcass' }).waitFor({ state: 'detached' });
      await page.locator('tbody tr', { hasText: 'roads.pothole' }).locator('td.member a').click();
      await page.getByLabel(t.categories.fields.name_en).waitFor();
      const path = `/v1/categories/${new URL(page.url()).pathname.split('/').at(-1)}`;
      const { id: _, rev, updated_at: __, ...before } = await ask(town, 'admin', path);

      // Somebody is faster.
      const minutes = before.accept_minutes === 45 ? 50 : 45;
      const faster = { ...before, accept_minutes: minutes, synonyms: [...before.synonyms, 'crater'] };
      await ask(town, 'admin', path, { method: 'PUT', rev, send: faster });
      const name = `${before.name_en} (carriageway)`;
      await page.getByLabel(t.categories.fields.name_en).fill(name);
      await page.getByLabel(t.categories.fields.accept_minutes, { exact: true }).fill('3');
      await page.getByLabel(`${t.categories.fields.accept_minutes}: ${t.categories.unit}`).selectOption('hour');
      await page.locator('form button.primary').click();
      const merged = page.getByRole('alert', { name: t.merge.title });
      await merged.waitFor();
      equal(await merged.locator('fieldset').count(), 1, 'what is to be decided');
      holds((await merged.textContent()).includes('crater'), 'what the other added is not told');
      await merged.getByRole('button', { name: t.merge.take }).click();
      equal(
        await page.getByLabel(t.categories.fields.accept_minutes, { exact: true }).inputValue(),
        String(minutes),
        'minutes in the form',
      );
      await page.locator('form button.primary').click();
      await page.getByText(t.categories.saved, { exact: true }).waitFor();
      const { id: ___, rev: ____, updated_at: _____, ...after } = await ask(town, 'admin', path);
      equal(after, { ...faster, name_en: name }, 'the category after both changes');

      // What is not saved is asked about; what is wrong is told at its field.
      await page.getByLabel(t.categories.fields.accept_minutes, { exact: true }).fill('99999');
      await page.getByLabel(`${t.categories.fields.accept_minutes}: ${t.categories.unit}`).selectOption('day');
      await page.locator('nav a').first().click();
      await page.getByRole('button', { name: TEXTS.en.guard.stay }).click();
    },
  },
  {
    name: 'setup: who may not change categories reads them',
    async run({ person }) {
      const supervisor = await person('supervisor');
      const t = TEXTS.fa.setup.categories;
      await supervisor.go('/categories');
      await supervisor.page.locator('tbody tr td.member a').first().click();
      await supervisor.page.getByText(t.readOnly).waitFor();
      equal(await supervisor.page.locator('main form').count(), 0, 'forms for somebody who only reads');
    },
  },
  {
    name: 'setup: who did what, in the audit log',
    async run({ person, town }) {
      const admin = await person('admin', { language: 'en' });
      const { page } = admin;
      const t = TEXTS.en.setup.audit;
      const rows = page.locator('tbody tr');
      const text = (subject, verb) => `${t.subjects[subject]}: ${t.verbs[verb]}`;

      // From a ticket to what was done to it, and what an entry says.
      await admin.go('/tickets');
      await rows.first().locator('a').first().click();
      await page.getByRole('link', { name: TEXTS.en.audit.ofTicket }).click();
      await admin.heading(t.title);
      await rows
        .filter({ hasText: text('ticket', 'create') })
        .locator('button')
        .click();
      const dialog = page.locator('dialog');
      await dialog.getByText('ticket.create', { exact: true }).waitFor();
      await dialog.getByRole('link', { name: t.samePerson }).click();
      await dialog.waitFor({ state: 'detached' });
      holds(new URL(page.url()).searchParams.get('actor'), 'the address names nobody');

      // By action, from where; then by a person whose name is typed.
      await page.getByRole('link', { name: TEXTS.en.tickets.reset }).click();
      await page.getByLabel(t.what).selectOption('login');
      await rows.filter({ hasText: '127.0.0.1' }).first().waitFor();
      await rows
        .filter({ hasNotText: text('login', 'login') })
        .first()
        .waitFor({ state: 'detached' });
      await page.getByLabel(t.what).selectOption('');
      const { items } = await ask(town, 'admin', '/v1/accounts?text=supervisor');
      await page.getByLabel(t.who, { exact: true }).fill('supervisor');
      await page.getByRole('option').filter({ hasText: items[0].login }).first().click();
      await page.waitForURL(/actor=/);
      await page.waitForFunction((name) => {
        const people = [...document.querySelectorAll('tbody tr')].map((row) => row.cells[1].textContent);
        return people.length > 0 && people.every((one) => one === name);
      }, items[0].display_name);

      // More than a page; and nothing in the future.
      await admin.go('/audit');
      await rows.nth(49).scrollIntoViewIfNeeded();
      await rows.nth(50).waitFor();
      await admin.go('/audit?from=2099-01-01');
      await page.getByText(t.emptyHint).waitFor();
    },
  },
  {
    name: 'setup: a ticket on paper',
    async run({ person }) {
      const supervisor = await person('supervisor', { scheme: 'dark' });
      const { page } = supervisor;
      const t = TEXTS.fa;
      await supervisor.go('/rounds?verdict=accepted');
      await page.locator('tbody tr a').first().click();
      await page.locator('main a[href*="/tickets/"]').first().click();
      await page.locator('section[aria-labelledby=photos] img').first().waitFor();
      await page.locator('h2#history').waitFor();
      await page.evaluate(() => (window.print = () => (document.title = 'printed')));
      await page.getByRole('button', { name: t.common.print }).click();
      equal(await page.title(), 'printed', 'what the button does');
      await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
      for (const seen of ['h1', '.print-only', '.text', '#orders', '#visits', 'section[aria-labelledby=photos] img']) {
        holds(await page.locator(seen).first().isVisible(), `${seen} is not on the paper`);
      }
      equal(
        await page.locator('nav:visible, header.no-print:visible, button:not(section *):visible, h2#history:visible').count(),
        0,
        'what belongs to the screen only',
      );
      const colour = await page.evaluate(() => getComputedStyle(document.querySelector('h1')).color);
      holds(/rgb\((\d|[1-5]\d), /.test(colour), `the text is ${colour}`);
      const width = await page
        .locator('section[aria-labelledby=photos] img')
        .first()
        .evaluate((img) => img.getBoundingClientRect().width);
      holds(width < 260, `a photo is ${width} pixels wide`);
      await page.emulateMedia({ media: null, colorScheme: 'dark' });
    },
  },
  {
    name: 'setup: areas, where they lie and what they are called',
    async run({ person, town }) {
      const admin = await person('admin', { language: 'en', expected: [/status of 412/] });
      const { page } = admin;
      const t = TEXTS.en.setup;
      const { items } = await ask(town, 'admin', '/v1/areas');
      await admin.go('/areas');
      const rows = page.locator('tbody tr');
      await rows.nth(items.length - 1).waitFor();
      await page.locator('svg[role=img] path').first().waitFor();

      // The areas of a point, with Persian digits too.
      const { items: tickets } = await ask(town, 'admin', '/v1/tickets?limit=1');
      const { lat, lon } = tickets[0].point;
      const { areas } = await ask(town, 'admin', `/v1/areas/locate?lat=${lat}&lon=${lon}`);
      const persian = `${lat}, ${lon}`.replace(/[0-9]/g, (digit) => '۰۱۲۳۴۵۶۷۸۹'[digit]);
      await page.getByLabel(t.areas.search).fill(persian);
      await page.waitForFunction((count) => document.querySelectorAll('tbody tr').length === count, areas.length);
      equal(await page.locator('svg path.marked').count(), 1, 'districts that are marked');

      // A name is changed while somebody else gives another name.
      const district = items.find((area) => area.id === areas.at(-1) || (areas.includes(area.id) && area.parent_id));
      await admin.go(`/areas/${district.id}`);
      await page.locator('svg path.marked').waitFor();
      const { rev, name_fa, name_en, parent_id } = await ask(town, 'admin', `/v1/areas/${district.id}`);
      const path = `/v1/areas/${district.id}`;
      await page.getByLabel(t.areas.fields.name_en).fill(`${name_en} A`);
      const theirs = { name_fa, name_en: `${name_en} B`, parent_id };
      await ask(town, 'admin', path, { method: 'PUT', rev, send: theirs });
      await page.locator('form button.primary').click();
      await page.getByRole('button', { name: t.merge.keep }).click();
      await page.locator('form button.primary').click();
      await page.getByText(t.areas.saved, { exact: true }).waitFor();
      const after = await ask(town, 'admin', path);
      equal(after.name_en, `${name_en} A`, 'the name after both changes');
      await ask(town, 'admin', path, { method: 'PUT', rev: after.rev, send: { name_fa, name_en, parent_id } });
    },
  },
];
