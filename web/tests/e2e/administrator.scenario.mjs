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
      const operator = await person(undefined, { language: 'en' });
      await operator.login(login, 'a long first password');
      await operator.heading(t.inbox.title);
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
