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
