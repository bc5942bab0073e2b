import { equal, holds } from './harness.mjs';
import { TEXTS } from './texts.mjs';

export const scenarios = [
  ...['fa', 'en'].map((language) => ({
    name: `login: a wrong password says so with the id of the request (${language})`,
    async run({ person, town }) {
      const stranger = await person(undefined, { language, expected: [/status of 401/] });
      const { page } = stranger;
      await page.locator('input[autocomplete=username]').fill('auditor');
      await page.locator('input[autocomplete=current-password]').fill('not the password');
      await page.locator('form button.primary').click();
      await page.getByRole('alert').getByText(TEXTS[language].trouble.requestId).waitFor();
      holds(/[0-9a-f-]{36}/.test(await page.getByRole('alert').textContent()), 'the id of the request is shown');
      equal(
        await page.evaluate(() => [document.documentElement.lang, document.documentElement.dir]),
        [language, language === 'fa' ? 'rtl' : 'ltr'],
        'language and direction',
      );
      await stranger.login('auditor', town.password('auditor'));
      // A deep link leads to its page, and what does not exist says so.
      await stranger.go('/people');
      await stranger.heading(TEXTS[language].people.title);
      await stranger.go('/nothing/here');
      await page.getByText(TEXTS[language].trouble.notFound).waitFor();
    },
  })),
  {
    name: 'session: two tabs renew once, and a logout ends both',
    async run({ person }) {
      const operator = await person('operator');
      const { page, context } = operator;
      let renewals = 0;
      context.on('request', (request) => {
        if (request.url().endsWith('/v1/auth/refresh')) renewals += 1;
      });
      // Nothing is being read while the token is made to look old.
      await operator.go('/register');
      await page.locator('[data-field=phone] input:focus').waitFor();
      const other = await operator.another();
      await other.goto(`${operator.address}/console/tickets`);
      await other.locator('tbody tr').first().waitFor();
      await page.evaluate(() => {
        const kept = JSON.parse(localStorage.getItem('bazdid.session'));
        localStorage.setItem('bazdid.session', JSON.stringify({ ...kept, until: 0 }));
      });
      const link = (of, name) => of.getByRole('link', { name, exact: true }).click();
      await Promise.all([link(page, TEXTS.fa.nav.tickets), link(other, TEXTS.fa.nav.conflicts)]);
      await Promise.all([page.locator('tbody tr').first().waitFor(), other.locator('tbody tr').first().waitFor()]);
      equal(renewals, 1, 'exchanges of the token');
      await page.getByRole('button', { name: TEXTS.fa.account.menu }).click();
      await page.getByRole('button', { name: TEXTS.fa.account.logout }).click();
      await page.locator('input[autocomplete=username]').waitFor();
      await other.getByText(TEXTS.fa.login.ended).waitFor();
    },
  },
  {
    name: 'session: one that ends while somebody writes keeps the page',
    async run({ person, town }) {
      const operator = await person('operator', { expected: [/status of 401/] });
      const { page } = operator;
      await operator.go('/register');
      await page.locator('[data-field=phone] input:focus').waitFor();
      await page.locator('[data-field=text] textarea').fill('نوشته می‌ماند');
      await page.evaluate(() => localStorage.removeItem('bazdid.session'));
      await page.locator('[data-field=phone] input').fill('09121234567');
      const dialog = page.locator('dialog', { hasText: TEXTS.fa.login.endedHint });
      await dialog.waitFor();
      await dialog.locator('input[type=password]').fill(town.password('operator'));
      await dialog.locator('button.primary').click();
      await dialog.waitFor({ state: 'detached' });
      equal(await page.locator('[data-field=text] textarea').inputValue(), 'نوشته می‌ماند', 'what was written');
    },
  },
  {
    name: 'session: another person who logs in over a form finds nothing of it and sends nothing',
    async run({ person, town }) {
      const operator = await person('operator', { expected: [/status of 401/] });
      const { page } = operator;
      await operator.go('/register');
      await page.locator('[data-field=phone] input:focus').waitFor();
      await page.locator('[data-field=text] textarea').fill('از نوشتهٔ نفر پیش');
      const sent = [];
      page.on('request', (request) => request.method() === 'POST' && sent.push(request.postData() ?? ''));
      await page.evaluate(() => localStorage.removeItem('bazdid.session'));
      await page.locator('[data-field=phone] input').fill('09121234567');
      const dialog = page.locator('dialog', { hasText: TEXTS.fa.login.endedHint });
      await dialog.waitFor();
      await dialog.locator('input[autocomplete=username]').fill('supervisor');
      await dialog.locator('input[type=password]').fill(town.password('supervisor'));
      await dialog.locator('button.primary').click();
      await dialog.waitFor({ state: 'detached' });
      // The same address, for the other person: supervisors register no calls.
      await page.getByRole('button', { name: TEXTS.fa.account.menu }).waitFor();
      equal(await page.getByText('از نوشتهٔ نفر پیش').count(), 0, 'what the person before wrote');
      equal(await page.locator('[data-field=text] textarea').count(), 0, 'forms of the person before');
      holds(!sent.some((body) => body.includes('از نوشتهٔ')), 'what the person before wrote was sent');
      await page.reload();
      await page.getByRole('button', { name: TEXTS.fa.account.menu }).waitFor();
    },
  },
  {
    name: 'session: a logout with an access token that has ended is known to the server',
    async run({ person, town }) {
      const operator = await person('operator');
      const { page } = operator;
      await operator.heading(TEXTS.fa.inbox.title);
      const { refresh } = await page.evaluate(() => {
        const kept = JSON.parse(localStorage.getItem('bazdid.session'));
        localStorage.setItem('bazdid.session', JSON.stringify({ ...kept, until: 0 }));
        return kept;
      });
      const told = page.waitForResponse((response) => response.url().endsWith('/v1/auth/logout'));
      await page.getByRole('button', { name: TEXTS.fa.account.menu }).click();
      await page.getByRole('button', { name: TEXTS.fa.account.logout }).click();
      equal((await told).status(), 204, 'the answer to the logout');
      const again = await fetch(`${town.address}/v1/auth/refresh`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ refresh_token: refresh }),
      });
      equal(again.status, 401, 'the answer to the refresh token of a login that is over');
    },
  },
  {
    name: 'keys: one that is held decides once, and the link past the navigation leaves nothing',
    async run({ person }) {
      const operator = await person('operator');
      const { page } = operator;
      await operator.go('/register');
      await page.locator('[data-field=phone] input:focus').waitFor();
      await page.locator('[data-field=text] textarea').fill('نوشته می‌ماند');
      const skip = page.locator('a.skip');
      await skip.focus();
      await operator.press('Enter');
      await page.locator('#content:focus').waitFor();
      equal(await page.locator('dialog').count(), 0, 'questions');
      equal(await page.locator('[data-field=text] textarea').inputValue(), 'نوشته می‌ماند', 'what was written');
      // A link to the page itself makes it anew, so it asks.
      await page.getByRole('link', { name: TEXTS.fa.nav.register, exact: true }).click();
      await page.getByRole('button', { name: TEXTS.fa.guard.leave }).click();
      await page.locator('[data-field=phone] input:focus').waitFor();
      equal(await page.locator('[data-field=text] textarea').inputValue(), '', 'the form of the next call');
      // Enter that is held goes on by one field.
      const phone = page.locator('[data-field=phone] input');
      await phone.evaluate((input) => {
        const held = { key: 'Enter', bubbles: true, cancelable: true };
        input.dispatchEvent(new KeyboardEvent('keydown', { ...held, repeat: true }));
      });
      equal(await phone.evaluate((input) => document.activeElement === input), true, 'the focus after a key that was held');
      await phone.press('Enter');
      await page.locator('[data-field=category] input:focus').waitFor();
      // A Persian digit chooses a kind of the inbox.
      await operator.go('/');
      await page.locator('button[aria-keyshortcuts="1"]').waitFor();
      await page.evaluate(() => {
        document.body.dispatchEvent(new KeyboardEvent('keydown', { key: '۱', code: 'Digit1', bubbles: true }));
      });
      await page.locator('button[aria-keyshortcuts="1"][aria-pressed=true]').waitFor();
    },
  },
  {
    name: 'keys: the overlay shows them, on a Persian layout too',
    async run({ person }) {
      const operator = await person('operator');
      const { page } = operator;
      await operator.heading(TEXTS.fa.inbox.title);
      await page.keyboard.press('?');
      await page.getByRole('heading', { name: TEXTS.fa.help.title }).waitFor();
      await page.keyboard.press('Escape');
      await page.locator('dialog').waitFor({ state: 'detached' });
      // «ل» and «ف» are where G and T are.
      await page.evaluate(() => {
        for (const [key, code] of [
          ['ل', 'KeyG'],
          ['ف', 'KeyT'],
        ])
          document.body.dispatchEvent(new KeyboardEvent('keydown', { key, code, bubbles: true }));
      });
      await operator.heading(TEXTS.fa.tickets.title);
    },
  },
];
