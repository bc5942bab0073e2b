import { randomUUID } from 'node:crypto';
import { push } from './field.mjs';
import { equal, holds } from './harness.mjs';
import { TEXTS } from './texts.mjs';

/** Accepts the round that is shown, with a reason where photos have not arrived, and waits for the next page. */
async function accept(person, language) {
  const { page } = person;
  const t = TEXTS[language].rounds;
  const before = page.url();
  await page.getByRole('button', { name: t.accept, exact: false }).first().waitFor();
  await person.press('a');
  const reason = page.getByLabel(t.withoutBytes);
  const moved = page.waitForURL((url) => url.href !== before).then(() => 'moved');
  if ((await Promise.race([moved, reason.waitFor().then(() => 'asked')])) === 'asked') {
    await reason.fill('عکس‌ها در محل دیده شد');
    await page.locator('dialog button.primary').click();
    await moved;
  }
}

async function giveBack(person, language) {
  const { page } = person;
  const t = TEXTS[language].rounds;
  const before = page.url();
  await page.getByRole('button', { name: t.return }).waitFor();
  await person.press('x');
  await page.getByRole('heading', { name: t.returnTitle }).waitFor();
  await person.press('4');
  await page.locator('dialog input[value=debris_left]:checked').waitFor();
  await page.locator('dialog button.primary').click();
  await page.waitForURL((url) => url.href !== before);
}

async function waiting(page) {
  await page.locator('tbody tr').first().waitFor();
  return page.locator('tbody tr').count();
}

export const scenarios = ['fa', 'en'].map((language) => ({
  name: `supervisor: rounds one after the other by keys (${language})`,
  async run({ person }) {
    // Accepting asks for photos that have not arrived: the server says so, and the reason is asked for.
    const supervisor = await person('supervisor', { language, expected: [/status of 409/] });
    const { page } = supervisor;
    const t = TEXTS[language];
    await supervisor.press('g');
    await supervisor.press('v');
    await supervisor.heading(t.rounds.title);
    const before = await waiting(page);
    holds(before >= 8, `${before} rounds wait, which are too few for this scenario`);
    await supervisor.press('j');
    await page.locator('tbody tr[aria-current] a:focus').waitFor();
    await supervisor.press('Enter');
    await page.locator('figure img').first().waitFor();

    // Both pictures move together.
    await supervisor.press('+');
    await supervisor.press('+');
    const glass = page.locator('.glass');
    const transforms = await glass.evaluateAll((all) => all.map((e) => e.style.transform));
    holds(
      transforms.length > 0 && transforms.every((one) => one === transforms[0] && /scale\(1\.9/.test(one)),
      `the pictures are seen as ${transforms}`,
    );
    await supervisor.press('0');

    let judged = 0;
    for (; judged < 5; judged += 1) await accept(supervisor, language);
    for (; judged < 7; judged += 1) await giveBack(supervisor, language);
    await supervisor.press('u');
    await supervisor.heading(t.rounds.title);
    await page.waitForFunction((left) => document.querySelectorAll('tbody tr').length === left, before - judged);
    await supervisor.go('/rounds?verdict=rework');
    holds((await waiting(page)) >= 2, 'the returned rounds are listed');
  },
}));

scenarios.push(
  {
    name: 'supervisor: verdicts are grouped, and what is not known is never an alarm',
    async run({ person }) {
      const supervisor = await person('supervisor', { language: 'en' });
      const { page } = supervisor;
      await supervisor.go('/rounds?verdict=accepted');
      const count = await waiting(page);
      let seen = 0;
      for (let n = 0; n < count && seen < 2; n += 1) {
        await supervisor.go('/rounds?verdict=accepted');
        await page.locator('tbody tr').nth(n).locator('a').first().click();
        await page.getByRole('heading', { name: TEXTS.en.rounds.verdicts }).waitFor();
        // The round is read aloud: the title has the focus before the round is there.
        await page
          .locator('[role=log] p', { hasText: /ticket \d+; \d+ rounds wait/ })
          .last()
          .waitFor({ state: 'attached' });
        const unknown = page.locator('summary', { hasText: TEXTS.en.rounds.groups.unknown }).locator('.badge');
        if ((await unknown.count()) === 0) continue;
        seen += 1;
        holds(!/\b(bad|warn)\b/.test(await unknown.getAttribute('class')), 'what is not known is shown as an alarm');
      }
      holds(seen > 0, 'no round has a verdict that is not known');
    },
  },
  {
    name: 'dispatcher: an order that nobody holds is given to somebody',
    async run({ person }) {
      const supervisor = await person('supervisor');
      const { page } = supervisor;
      const t = TEXTS.fa;
      await supervisor.heading(t.inbox.title);
      await page.getByRole('button', { name: 'بدون مجری' }).click();
      await page.waitForURL(/kind=draft/);
      const link = page.locator('tbody tr a').first();
      const order = await link.getAttribute('href');
      await link.click();
      await page.getByRole('button', { name: t.order.do.offer }).first().click();
      await page.getByLabel(t.order.target).selectOption({ index: 1 });
      await page.getByLabel(t.common.reason).fill('نزدیک‌ترین گروه آزاد');
      await page.locator('dialog button.primary').click();
      await page.locator('dialog').waitFor({ state: 'detached' });
      await page.getByText('نزدیک‌ترین گروه آزاد').first().waitFor();
      await page.goBack();
      await supervisor.heading(t.inbox.title);
      await page.locator('tbody tr a').first().waitFor();
      await page.locator(`tbody tr a[href="${order}"]`).waitFor({ state: 'detached' });
    },
  },
  {
    name: 'supervisor: a conflict is decided with all three sides in sight',
    async run({ person }) {
      const supervisor = await person('supervisor', { language: 'en' });
      const { page } = supervisor;
      const t = TEXTS.en.conflicts;
      await supervisor.go('/conflicts?kind=parallel_update');
      const before = await waiting(page);
      await page.locator('tbody tr a').first().click();
      for (const title of [t.base, t.theirs, t.mine]) await page.getByRole('heading', { name: title }).waitFor();
      await page.getByText(t.effects.keep).click();
      await page.getByLabel(TEXTS.en.common.note).fill('the newer text is right');
      await page.getByRole('button', { name: t.decide }).click();
      await supervisor.heading(t.title);
      await supervisor.go('/conflicts?kind=parallel_update&status=resolved');
      holds((await waiting(page)) >= 1 && before >= 1, 'the decided conflict is listed');
    },
  },
  {
    name: 'supervisor and operator: who is later sees what changed and loses nothing',
    async run({ person }) {
      const first = await person('supervisor', { expected: [/status of 412/] });
      const second = await person('operator');
      const t = TEXTS.fa;
      await first.go('/tickets?status=triaged');
      await first.page.locator('tbody tr a').first().click();
      await first.page.getByRole('button', { name: t.ticket.do.triage, exact: true }).click();
      await first.page.getByLabel(t.ticket.text).fill('متنی که سرپرست نوشت');
      await second.page.goto(first.page.url());
      await second.page.getByRole('button', { name: t.ticket.do.triage, exact: true }).click();
      await second.page.getByLabel(t.ticket.address).fill('نشانی تازه از اپراتور');
      await second.page.locator('dialog button.primary').click();
      await second.page.locator('dialog').waitFor({ state: 'detached' });
      await first.page.locator('dialog button.primary').click();
      const changed = first.page.locator('dialog [role=alert]');
      await changed.getByText('نشانی تازه از اپراتور').waitFor();
      equal(await first.page.getByLabel(t.ticket.text).inputValue(), 'متنی که سرپرست نوشت', 'what was written');
      await first.page.locator('dialog button.primary').click();
      await first.page.locator('dialog').waitFor({ state: 'detached' });
      await first.page.getByText('متنی که سرپرست نوشت').first().waitFor();
      await first.page.getByText('نشانی تازه از اپراتور').first().waitFor();
    },
  },
  {
    name: 'supervisor: a patrol of the field',
    async run({ person, town }) {
      const note = `گشت ${Date.now()}`;
      const ended = new Date();
      const args = {
        outcome: 'nothing_found',
        tickets: [],
        started_at: new Date(ended - 3_600_000).toISOString(),
        finished_at: ended.toISOString(),
        start_point: { lat: 36.2688, lon: 50.0041, accuracy_m: 8 },
        end_point: { lat: 36.2702, lon: 50.0077, accuracy_m: 6 },
        mock: false,
        note,
      };
      equal((await push(town, 'inspector.1a', 'patrol.record', randomUUID(), args)).status, 'applied', 'the patrol');
      const supervisor = await person('supervisor', { language: 'en' });
      const { page } = supervisor;
      const t = TEXTS.en;
      await supervisor.go('/patrols');
      const row = page.locator('tbody tr', { hasText: note });
      await row.getByRole('button').click();
      const dialog = page.locator('dialog');
      await dialog.getByText('36.26880, 50.00410').waitFor();
      await dialog.getByText(t.patrols.started).waitFor();
      await page.keyboard.press('Escape');
      await page.getByLabel(t.patrols.outcome).selectOption('reported');
      await page.waitForURL(/outcome=reported/);
      await row.waitFor({ state: 'detached' });
      await page.getByLabel(t.patrols.outcome).selectOption('nothing_found');
      await row.waitFor();
    },
  },
);
