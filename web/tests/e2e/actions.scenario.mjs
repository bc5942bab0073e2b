// What can be pressed on the pages of a ticket, a person and a contract, and forms whose thing somebody else changes meanwhile.
import { randomUUID } from 'node:crypto';
import { equal, holds } from './harness.mjs';
import { TEXTS } from './texts.mjs';

const t = TEXTS.en;

/** Asks the API as the person who is logged in at a page. */
function ask(page, path, body, headers = {}) {
  return page.evaluate(
    async ([to, sent, more]) => {
      const { access } = JSON.parse(localStorage.getItem('bazdid.session'));
      const response = await fetch(to, {
        method: sent ? 'POST' : 'GET',
        headers: { authorization: `Bearer ${access}`, 'content-type': 'application/json', ...more },
        ...(sent ? { body: JSON.stringify(sent) } : {}),
      });
      const answer = await response.json();
      if (!response.ok) throw new Error(`${to}: ${JSON.stringify(answer)}`);
      return answer;
    },
    [path, body, headers],
  );
}

/** Registers a ticket like one that is there, and opens its page. */
async function newTicket(person) {
  const { page } = person;
  const like = (await ask(page, '/v1/tickets?status=in_work&limit=1')).items[0];
  const text = `scenario ${randomUUID().slice(0, 8)}`;
  const body = {
    category: like.category,
    text,
    point: like.point,
    point_source: 'map',
    address_text: 'somewhere',
    caller_phone: '09121234567',
  };
  const made = await ask(page, '/v1/tickets', body);
  await person.go(`/tickets/${made.id}`);
  await page.getByText(text).first().waitFor();
  return made;
}

/** Presses a button that asks, fills in what it asks for, and sends. */
async function act(page, name, fill) {
  await page.getByRole('button', { name, exact: true }).first().click();
  const dialog = page.locator('dialog');
  await fill?.(dialog);
  await dialog.locator('button.primary').click();
  await dialog.waitFor({ state: 'detached' });
}

const because = (dialog) => dialog.locator('textarea').fill('because of the scenario');

export const scenarios = [
  {
    name: 'actions: a ticket is put off, referred, merged, rejected and cancelled, and taken up again',
    async run({ person }) {
      const operator = await person('operator', { language: 'en' });
      const { page } = operator;
      await operator.heading(t.inbox.title);
      const first = await newTicket(operator);
      const reopened = async () => {
        await act(page, t.ticket.do.reopen, because);
        await page.getByRole('button', { name: t.ticket.do.defer, exact: true }).waitFor();
      };
      await act(page, t.ticket.do.defer, async (dialog) => {
        await because(dialog);
        // Without days, and with one that does not exist, nothing is sent.
        await dialog.locator('button.primary').click();
        const days = dialog.locator('.day > input');
        await days.first().fill('2031/02/31');
        await days.last().fill('2031/03/05');
        await dialog.locator('button.primary').click();
        await dialog.getByText(t.common.noDate).first().waitFor();
        equal(await page.locator('dialog .trouble').count(), 0, 'what was sent without its days');
        // Escape closes the calendar, and not the form below.
        await dialog.getByRole('button', { name: t.common.chooseDate }).first().click();
        await dialog.locator('.popup button').first().focus();
        await page.keyboard.press('Escape');
        await dialog.locator('.popup').waitFor({ state: 'detached' });
        equal(await dialog.locator('textarea').inputValue(), 'because of the scenario', 'what was written before the calendar');
        await days.first().fill('2031/02/27');
        await days.last().click();
      });
      await reopened();
      await act(page, t.ticket.do.refer, async (dialog) => {
        const partners = dialog.locator('select option');
        if ((await partners.count()) < 2) {
          await dialog.getByRole('button', { name: t.common.cancel }).click();
          return;
        }
        await dialog.locator('select').selectOption({ index: 1 });
        await because(dialog);
      });
      await reopened();
      await act(page, t.ticket.do.cancel, (dialog) => dialog.locator('select').selectOption('withdrawn'));
      await reopened();
      await act(page, t.ticket.do.reject, (dialog) => dialog.locator('select').selectOption('not_found'));
      await reopened();
      const second = await newTicket(operator);
      await act(page, t.ticket.do.merge, async (dialog) => {
        await dialog.getByLabel(t.ticket.into).fill('0000000000');
        await dialog.locator('button.primary').click();
        await dialog.getByText(t.ticket.notTicket).waitFor();
        await dialog.getByLabel(t.ticket.into).fill(first.code);
      });
      await page.getByText(t.ticket.duplicateOf).waitFor();
      holds(second.code !== first.code, 'two tickets');
    },
  },
  {
    name: 'actions: a number is shown for a reason, and a call without a ticket is recorded',
    async run({ person }) {
      const operator = await person('operator', { language: 'en' });
      const { page } = operator;
      await operator.heading(t.inbox.title);
      await newTicket(operator);
      await act(page, t.ticket.reveal, (dialog) => dialog.locator('input').fill('to call back'));
      await page.getByText('9121234567').waitFor();
      await operator.go('/register');
      await page.locator('[data-field=phone] input').fill('۰۹۱۲۱۲۳۴۵۶۷');
      // Persian digits find the earlier calls too.
      await page.getByRole('region', { name: t.register.earlier }).getByRole('listitem').first().waitFor();
      await page.getByText(t.register.noTicket).click();
      await page.getByRole('button', { name: t.register.outcomes.information_only }).click();
      await page.getByText(t.register.callKept).waitFor();
      equal(await page.locator('[data-field=phone] input').inputValue(), '', 'the form of the next call');
    },
  },
  {
    name: 'actions: the point of a place that was chosen before comes too late',
    async run({ person }) {
      const operator = await person('operator', { language: 'en' });
      const { page } = operator;
      await operator.heading(t.inbox.title);
      const area = (await ask(page, '/v1/areas')).items.find((one) => one.kind !== 'city');
      const { point } = (await ask(page, '/v1/tickets?limit=1')).items[0];
      let answer;
      const asked = new Promise((resolve) => {
        void page.route('**/v1/areas/*/outline', (route) => {
          answer = () => route.continue();
          resolve();
        });
      });
      await operator.go('/register');
      const place = page.locator('[data-field=place] input');
      await page.locator('[data-field=category] input').fill('pothole');
      await page.locator('[data-field=category] [role=option]').first().click();
      await place.fill(area.name_en);
      await page.locator('[data-field=place] [role=option]').first().click();
      await asked;
      await place.fill(`${point.lat}, ${point.lon}`);
      await page.locator('[data-field=place] [role=option]', { hasText: String(point.lat) }).click();
      await page.getByText(`${t.register.areaOf}:`).waitFor();
      const outline = page.waitForResponse(/outline/);
      await answer();
      await (await outline).finished();
      const preview = page.waitForRequest(/preview/);
      await page.locator('[data-field=text] textarea').fill('asked again with the words');
      const sent = (await preview).postDataJSON().point;
      equal([sent.lat, sent.lon], [point.lat, point.lon], 'the point of the call');
    },
  },
  {
    name: 'actions: an order is held, goes on, is given to another and called off',
    async run({ person }) {
      const supervisor = await person('supervisor', { language: 'en' });
      const { page } = supervisor;
      await supervisor.heading(t.inbox.title);
      const order = (await ask(page, '/v1/work-orders?state=accepted,in_progress&limit=1')).items[0];
      await supervisor.go(`/tickets/${order.ticket.id}?order=${order.id}`);
      const card = page.locator(`#order-${order.id}`);
      await card.waitFor();
      await act(card.page(), t.order.do.hold, async (dialog) => {
        await dialog.locator('.day > input').fill('2031/01/01');
        await because(dialog);
      });
      await act(page, t.order.do.resume);
      await act(page, t.order.do.reassign, because);
      await act(page, t.order.do.cancel, (dialog) => dialog.locator('select').selectOption('not_needed'));
    },
  },
  {
    name: 'actions: verified work is objected to, and closed',
    async run({ person }) {
      const supervisor = await person('supervisor', { language: 'en' });
      const { page } = supervisor;
      await supervisor.heading(t.inbox.title);
      const { items } = await ask(page, '/v1/work-orders?state=verified&limit=2');
      holds(items.length === 2, `${items.length} verified orders`);
      for (const [n, name] of [t.order.do.close, t.order.do.object].entries()) {
        await supervisor.go(`/tickets/${items[n].ticket.id}?order=${items[n].id}`);
        const card = page.locator(`#order-${items[n].id}`);
        await card.getByRole('button', { name, exact: true }).click();
        const dialog = page.locator('dialog');
        if (n === 1) await because(dialog);
        await dialog.locator('button.primary').click();
        await dialog.waitFor({ state: 'detached' });
        await card.getByRole('button', { name, exact: true }).waitFor({ state: 'detached' });
      }
    },
  },
  {
    name: 'actions: a form that is open when the page reads anew shows what somebody changed before it overwrites it',
    async run({ person }) {
      const supervisor = await person('supervisor', { language: 'en', expected: [/status of 412/] });
      const { page } = supervisor;
      await supervisor.heading(t.inbox.title);
      const order = (await ask(page, '/v1/work-orders?state=accepted,in_progress&limit=1')).items[0];
      await supervisor.go(`/tickets/${order.ticket.id}`);
      const card = page.locator(`#order-${order.id}`);
      await card.getByRole('button', { name: t.order.do.hold, exact: true }).click();
      const dialog = page.locator('dialog');
      await because(dialog);
      await dialog.locator('.day > input').fill('2031/01/01');
      // Somebody else holds it and lets it go on; the page below the form reads that.
      const rev = (one) => ({ 'If-Match': `"${one.rev}"` });
      const now = await ask(page, `/v1/work-orders/${order.id}`);
      const held = await ask(page, `/v1/work-orders/${order.id}/hold`, { reason: 'first', review_at: '2031-01-02T00:00:00Z' }, rev(now));
      await ask(page, `/v1/work-orders/${order.id}/resume`, {}, rev(held));
      const read = page.waitForResponse((response) => response.url().endsWith(`/v1/tickets/${order.ticket.id}`));
      await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
      await (await read).finished();
      await dialog.locator('button.primary').click();
      await dialog.getByText(t.trouble.changedHint).waitFor();
      equal(await dialog.locator('textarea').inputValue(), 'because of the scenario', 'what was written');
      await dialog.locator('button.primary').click();
      await dialog.waitFor({ state: 'detached' });
      await card.getByText('because of the scenario').waitFor();
      await act(page, t.order.do.resume);
    },
  },
  {
    name: 'actions: two administrators change one organisation, and both changes stay',
    async run({ person }) {
      const first = await person('admin', { language: 'en', expected: [/status of 412/] });
      const second = await person('admin', { language: 'en' });
      const code = `both-${randomUUID().slice(0, 8)}`;
      await ask(first.page, '/v1/organisations', { code, name_fa: code, name_en: code, kind: 'partner', state: 'active', parent_id: null });
      const edit = async ({ page }) => {
        await page.getByRole('button', { name: code }).click();
        return page.locator('dialog');
      };
      await first.go('/organisations');
      const dialog = await edit(first);
      await dialog.getByLabel(t.organisations.nameFa).fill(`${code} الف`);
      await second.go('/organisations');
      const other = await edit(second);
      await other.getByLabel(t.organisations.nameEn).fill(`${code} B`);
      await other.locator('button.primary').click();
      await other.waitFor({ state: 'detached' });
      await dialog.locator('button.primary').click();
      await dialog.getByText(t.trouble.changedHint).waitFor();
      equal(await dialog.getByLabel(t.organisations.nameFa).inputValue(), `${code} الف`, 'what was written');
      equal(await dialog.getByLabel(t.organisations.nameEn).inputValue(), `${code} B`, 'what somebody else wrote');
      await dialog.locator('button.primary').click();
      await dialog.waitFor({ state: 'detached' });
      const { items } = await ask(first.page, '/v1/organisations');
      const kept = items.find((one) => one.code === code);
      equal([kept.name_fa, kept.name_en], [`${code} الف`, `${code} B`], 'both names');
    },
  },
  {
    name: 'actions: an account is closed and opened, and its roles and sessions end',
    async run({ person }) {
      const admin = await person('admin', { language: 'en' });
      const { page } = admin;
      const login = `every.${Date.now().toString(36)}`;
      await page.locator('nav[aria-label] a').first().waitFor();
      const made = await ask(page, '/v1/accounts', { login, display_name: login, password: 'a long first password', locale: 'en' });
      await admin.go(`/people/${made.id}`);
      await page.getByRole('button', { name: t.people.addGrant }).click();
      const dialog = page.locator('dialog');
      // Areas that were chosen for another role do not come along.
      await dialog.locator('select').first().selectOption('operator');
      await dialog.locator('fieldset input').first().check();
      await dialog.locator('select').first().selectOption('auditor');
      await dialog.locator('.day > input').fill('2031/01/31');
      await dialog.locator('button.primary').click();
      await dialog.waitFor({ state: 'detached' });
      await page.getByText(`${t.people.until} 31 January 2031`).waitFor();
      const { grants } = await ask(page, `/v1/accounts/${made.id}`);
      equal(
        grants.map((grant) => [grant.role, grant.areas]),
        [['auditor', []]],
        'the roles',
      );
      await page.getByRole('button', { name: t.people.endGrant }).click();
      await page.getByText(t.people.over, { exact: true }).waitFor();
      equal(await page.getByRole('button', { name: t.people.endGrant }).count(), 0, 'roles that can be ended');
      await act(page, t.people.resetPassword, (form) => form.locator('input').fill('another long password'));
      await page.getByRole('button', { name: t.people.endSessions }).click();
      await act(page, t.people.disable);
      await page.getByRole('button', { name: t.people.enable }).click();
      await page.getByRole('button', { name: t.people.disable }).waitFor();
    },
  },
  {
    name: 'actions: a contract is suspended and activated, with one request of coverages',
    async run({ person }) {
      const admin = await person('admin', { language: 'en' });
      const { page } = admin;
      let coverages = 0;
      page.on('request', (request) => {
        if (request.url().includes('/v1/coverages')) coverages += 1;
      });
      await admin.go('/contracts');
      const contract = page.locator('main > details').last();
      await contract.locator('summary').click();
      await contract.getByRole('columnheader', { name: t.contracts.rank }).waitFor();
      await act(page, t.contracts.changes.suspend);
      await contract.locator('summary').getByText(t.contracts.statuses.suspended).waitFor();
      await contract.getByRole('button', { name: t.contracts.changes.activate }).click();
      await contract.locator('summary').getByText(t.contracts.statuses.active).waitFor();
      // One for each time that the page was read.
      equal(coverages, 3, 'requests of coverages');
    },
  },
];
