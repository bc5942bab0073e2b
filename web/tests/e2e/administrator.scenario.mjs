import { equal } from './harness.mjs';
import { TEXTS } from './texts.mjs';

export const scenarios = [
  {
    name: 'administrator: somebody new begins to work',
    async run({ person }) {
      const login = `night.${Date.now().toString(36)}`;
      const admin = await person('admin', { language: 'en' });
      const { page } = admin;
      const t = TEXTS.en;
      await admin.go('/people');
      await page.getByRole('button', { name: t.people.add }).click();
      await page.getByLabel(t.people.name, { exact: true }).fill(`Night operator ${login}`);
      await page.getByLabel(t.people.login, { exact: true }).fill(login);
      await page.getByLabel(t.people.password).fill('a long first password');
      await page.locator('dialog button.primary').click();
      await admin.heading(`Night operator ${login}`);
      await page.getByRole('button', { name: t.people.addGrant }).click();
      await page.locator('dialog select').first().selectOption('operator');
      await page.locator('dialog fieldset input').first().check();
      await page.locator('dialog button.primary').click();
      await page.locator('dialog').waitFor({ state: 'detached' });
      await page.getByRole('button', { name: t.people.endGrant }).waitFor();
      // Who was given a password chooses their own before anything else.
      const operator = await person(undefined, { language: 'en', expected: [/status of 403/] });
      await operator.page.locator('input[autocomplete=username]').fill(login);
      await operator.page.locator('input[autocomplete=current-password]').fill('a long first password');
      await operator.page.locator('form button.primary').click();
      await operator.page.locator('input[autocomplete=new-password]:focus').waitFor();
      await operator.type('chosen by its owner');
      await operator.press('Enter');
      await operator.heading(t.inbox.title);
      await operator.page.getByRole('button', { name: t.account.menu }).click();
      await operator.page.getByRole('button', { name: t.account.logout }).click();
      await operator.login(login, 'chosen by its owner');
      await operator.heading(t.inbox.title);

      // They forget it: a one-time code sets another.
      await page.getByRole('button', { name: t.people.makeCode }).click();
      const code = await page.locator('dialog .code').textContent();
      const again = await person(undefined, { language: 'en' });
      await again.page.getByRole('button', { name: t.login.haveCode }).click();
      // As somebody types it who reads it from paper with a Persian keyboard.
      const typed = code
        .toLowerCase()
        .replaceAll('-', ' ')
        .replace(/\d/g, (digit) => '۰۱۲۳۴۵۶۷۸۹'[digit]);
      await again.page.locator('input[autocomplete=one-time-code]').fill(` ${typed} `);
      await again.page.locator('input[autocomplete=new-password]').fill('remembered this time');
      await again.page.locator('form button.primary').click();
      await again.heading(t.inbox.title);
      // Then they choose one themselves, and read the pages in Persian.
      await again.page.getByRole('button', { name: t.account.menu }).click();
      await again.page.locator('dialog summary').click();
      await again.page.getByLabel(t.account.oldPassword).fill('remembered this time');
      await again.page.getByLabel(t.account.newPassword).fill('chosen by their owner');
      await again.page.locator('dialog form button').click();
      await again.page.getByText(t.account.passwordChanged).waitFor();
      await again.page.getByLabel(t.account.language).selectOption('fa');
      await again.page.getByText(TEXTS.fa.account.passwordChanged).waitFor();
    },
  },
  {
    name: 'administrator: one who lets themselves see callers is noticed by another',
    async run({ person }) {
      const login = `second.${Date.now().toString(36)}`;
      const admin = await person('admin', { language: 'en' });
      const { page } = admin;
      const t = TEXTS.en;
      const grant = async (at, role, inArea) => {
        await at.getByRole('button', { name: t.people.addGrant }).click();
        await at.locator('dialog select').first().selectOption(role);
        if (inArea) await at.locator('dialog fieldset input').first().check();
        await at.locator('dialog button.primary').click();
        await at.locator('dialog').waitFor({ state: 'detached' });
      };
      await admin.go('/people');
      await page.getByRole('button', { name: t.people.add }).click();
      await page.getByLabel(t.people.name, { exact: true }).fill(`Second administrator ${login}`);
      await page.getByLabel(t.people.login, { exact: true }).fill(login);
      await page.getByLabel(t.people.password).fill('a long first password');
      await page.locator('dialog button.primary').click();
      await admin.heading(`Second administrator ${login}`);
      await grant(page, 'admin', false);
      const own = new URL(page.url()).pathname.replace('/console', '');

      const second = await person(undefined, { language: 'en', expected: [/status of 403/] });
      await second.page.locator('input[autocomplete=username]').fill(login);
      await second.page.locator('input[autocomplete=current-password]').fill('a long first password');
      await second.page.locator('form button.primary').click();
      await second.page.locator('input[autocomplete=new-password]').fill('chosen by its owner');
      await second.page.locator('form button.primary').click();
      await second.page.locator('nav[aria-label]').first().waitFor();
      await second.go(own);
      await grant(second.page, 'operator', true);

      await admin.go('/notices');
      const row = page.locator('tbody tr', { hasText: login });
      await row.getByRole('button', { name: t.notices.acknowledge }).click();
      await row.waitFor({ state: 'detached' });
      await page.getByRole('button', { name: t.common.all, exact: true }).click();
      await row.waitFor();
      equal(await row.getByRole('button', { name: t.notices.acknowledge }).count(), 0, 'what is left to be seen');
    },
  },
  {
    name: 'administrator: a lost phone is taken out of service',
    async run({ person }) {
      const admin = await person('admin');
      const { page } = admin;
      const t = TEXTS.fa.devices;
      await admin.go('/devices');
      const row = page.locator('tbody tr', { has: page.getByRole('button', { name: t.revoke }) }).first();
      await row.waitFor();
      const before = await page.getByText(t.revoked, { exact: true }).count();
      await row.getByRole('button', { name: t.revoke }).click();
      await page.locator('dialog button.primary').click();
      await page.locator('dialog').waitFor({ state: 'detached' });
      await page.getByText(t.revoked, { exact: true }).nth(before).waitFor();
      equal(await page.getByText(t.revoked, { exact: true }).count(), before + 1, 'devices out of service');
    },
  },
  {
    name: 'administrator: contracts and organisations',
    async run({ person }) {
      const admin = await person('admin');
      const { page } = admin;
      const t = TEXTS.fa;
      await admin.go('/contracts');
      await page.locator('details summary').last().click();
      await page.getByRole('columnheader', { name: t.contracts.rank }).first().waitFor();
      await admin.go('/organisations');
      await page.getByRole('button', { name: t.organisations.add }).click();
      await page.getByLabel(t.organisations.code).fill('partner-water');
      await page.getByLabel(t.organisations.nameFa).fill('آب و فاضلاب');
      await page.getByLabel(t.organisations.nameEn).fill('Water company');
      await page.getByLabel(t.organisations.kind).last().selectOption('partner');
      await page.locator('dialog button.primary').click();
      await page.getByRole('button', { name: 'آب و فاضلاب' }).waitFor();
    },
  },
];
