import { equal, holds } from './harness.mjs';
import { TEXTS } from './texts.mjs';

/** Calls as they come in: what the operator types. The last one asks about a ticket that exists. */
const CALLS = [
  ['09121110001', 'چاله', 'چالهٔ بزرگی جلوی مدرسه است', 'سعدی'],
  ['09121110002', 'سگ', 'سگ‌های ولگرد در کوچه', 'خیام'],
  ['09121110003', 'لاشه', 'لاشهٔ گربه کنار خیابان', 'طالقانی'],
  ['', 'هرس', 'شاخهٔ درخت جلوی چراغ را گرفته', 'عدل'],
  ['09121110005', 'pothole', 'آسفالت نشست کرده', 'آزادی'],
  ['۰۹۱۲۱۱۱۰۰۰۶', 'چراغ راهنمایی', 'چراغ چهارراه خاموش است', 'نواب'],
  ['09121110007', 'دستفروش', 'پیاده‌رو بسته است', 'پیغمبریه'],
  ['09121110008', 'نهال', 'نهال‌ها خشک شده', 'ملاصدرا'],
  ['09121110009', 'سوسک', 'سم‌پاشی لازم است', 'قزوین ۲'],
];
const KEYS = 12;

async function registerCall(person, [phone, category, text, place], options) {
  const { page } = person;
  await page.locator('[data-field=phone] input:focus').waitFor();
  await person.type(phone);
  await person.press('Enter');
  await person.type(category);
  await page.locator('[data-field=category] [role=option]').first().waitFor();
  await person.press('Enter');
  await page.locator('[data-field=text] textarea:focus').waitFor();
  await person.type(text);
  await person.press('Enter');
  await person.type(place);
  await page.locator('[data-field=place] [role=option]').first().waitFor();
  await person.press('Enter');
  await page.locator('[data-field=address] input:focus').waitFor();
  if (options?.address) await person.type(options.address);
  await person.press('Enter');
  await page.locator('[data-field=submit] button:focus').waitFor();
  await person.press('Enter');
}

export const scenarios = [
  {
    name: 'operator: ten calls by keyboard, one of them a duplicate',
    async run({ person }) {
      const operator = await person('operator');
      const { page } = operator;
      const t = TEXTS.fa.register;
      await operator.heading(TEXTS.fa.inbox.title);
      await operator.press('n');
      const codes = new Set();
      for (const call of CALLS) {
        operator.presses = codes.size === 0 ? 1 : 0;
        await registerCall(operator, call);
        const done = page.locator('section.done h2');
        await done.waitFor();
        holds(operator.presses <= KEYS, `a call took ${operator.presses} key presses`);
        codes.add(await done.textContent());
        await page.locator('section.done button.primary:focus').waitFor();
        await operator.press('Enter');
      }
      equal(codes.size, CALLS.length, 'tickets with codes of their own');

      // The first caller calls again: their ticket is offered before anything else is typed.
      operator.presses = 0;
      await page.locator('[data-field=phone] input:focus').waitFor();
      await operator.type('09121110001');
      const earlier = page.getByRole('region', { name: t.earlier });
      const same = earlier.getByRole('button', { name: t.same });
      await same.waitFor();
      equal(await same.count(), 1, 'earlier tickets of the number');
      const code = (await earlier.locator('a').first().textContent()).trim();
      await same.focus();
      await operator.press('Enter');
      await page.getByText(t.sameDone(code)).waitFor();
      holds(operator.presses <= KEYS, `the duplicate took ${operator.presses} key presses`);
    },
  },
  {
    name: 'operator: an open ticket nearby is offered while registering',
    async run({ person }) {
      const operator = await person('operator', { language: 'en' });
      const { page } = operator;
      const t = TEXTS.en.register;
      // A telephone system opens the page with the caller's number.
      for (const sign of ['#', '?']) {
        await operator.go(`/register${sign}phone=02833330000`);
        await page.locator('[data-field=category] input:focus').waitFor();
        equal(await page.locator('[data-field=phone] input').inputValue(), '02833330000', 'the number of the telephone system');
        holds(!page.url().includes('phone'), 'the number does not stay in the address');
      }
      // In a tab that shows the page already, the next call asks about the one that is being written.
      await page.evaluate(() => (location.hash = '#phone=02833330001'));
      await page.getByRole('button', { name: TEXTS.en.guard.leave }).click();
      await page.waitForFunction(() => document.querySelector('[data-field=phone] input')?.value === '02833330001');
      holds(!page.url().includes('phone'), 'the number does not stay in the address');
      await page.locator('[data-field=phone] input').fill('');
      await operator.go('/tickets?status=open');
      await page.locator('tbody tr').first().locator('a').click();
      await page.locator('dl.facts a.code').waitFor();
      const point = await page.locator('dl.facts a.code').textContent();
      const category = await page
        .locator('dl.facts dd')
        .first()
        .evaluate((cell) => cell.firstChild.textContent.trim());
      await operator.press('n');
      await page.locator('[data-field=phone] input:focus').waitFor();
      await operator.type('02833330000');
      await operator.press('Enter');
      await operator.type(category);
      await operator.press('Enter');
      await page.locator('[data-field=place] input').fill(point);
      await page.locator('[data-field=place] [role=option]').first().waitFor();
      await operator.press('Enter');
      const nearby = page.getByRole('region', { name: t.duplicates });
      await nearby.getByRole('button', { name: t.same }).first().waitFor();
      // So is who would be asked, and why, before anything is sent.
      const preview = page.getByRole('region', { name: t.preview });
      await preview.locator('summary').first().waitFor();
      holds((await preview.locator('summary').first().textContent()).startsWith(TEXTS.en.order.why), 'why somebody would be asked');
      // Leaving asks first.
      await page.getByRole('link', { name: TEXTS.en.nav.tickets }).click();
      await page.getByRole('button', { name: TEXTS.en.guard.stay }).click();
      equal(await page.locator('[data-field=phone] input').inputValue(), '02833330000', 'what was written after staying');
      await page.goBack();
      await page.getByRole('button', { name: TEXTS.en.guard.leave }).click();
      await page.locator('dl.facts a.code').waitFor();
    },
  },
  {
    name: 'operator: what may be the same is shown with its photo',
    async run({ person }) {
      const operator = await person('operator', { language: 'en' });
      const { page } = operator;
      const t = TEXTS.en.register;
      await operator.heading(TEXTS.en.inbox.title);
      // An open ticket with a photo whose bytes are there.
      const known = await page.evaluate(async () => {
        const { access } = JSON.parse(localStorage.getItem('bazdid.session'));
        const read = async (path) => (await fetch(path, { headers: { authorization: `Bearer ${access}` } })).json();
        const { items } = await read('/v1/photos?limit=200');
        for (const photo of items.filter((p) => p.state === 'stored' && p.ticket)) {
          const ticket = await read(`/v1/tickets/${photo.ticket.id}`);
          if (ticket.status === 'in_work') return { category: photo.ticket.category.name_en, code: ticket.code, point: ticket.point };
        }
        throw new Error('no open ticket has a photo');
      });
      await operator.go('/register');
      await page.locator('[data-field=phone] input:focus').waitFor();
      await page.locator('[data-field=category] input').fill(known.category);
      await page.locator('[data-field=category] [role=option]').first().click();
      await page.locator('[data-field=place] input').fill(`${known.point.lat}, ${known.point.lon}`);
      await page.locator('[data-field=place] [role=option]').first().click();
      const likely = page.getByRole('region', { name: t.duplicates }).getByRole('listitem').filter({ hasText: known.code });
      const picture = likely.getByRole('img', { name: t.photoOf(known.code) });
      await picture.waitFor();
      holds(await picture.evaluate((image) => image.decode().then(() => image.naturalWidth > 0)), 'the picture is one');
      // The call belongs to it, and nothing new is registered.
      await likely.getByRole('button', { name: t.same }).click();
      await page.getByText(t.sameDone(known.code)).waitFor();
    },
  },
  {
    name: 'operator: a point on the map',
    async run({ person }) {
      const operator = await person('operator');
      const { page } = operator;
      const t = TEXTS.fa.register;
      await operator.go('/register');
      await page.getByRole('button', { name: t.pick }).click();
      const map = page.locator('[data-ready=true]');
      await map.waitFor();
      await map.click();
      await page.getByText(`${t.areaOf}:`).waitFor();
      holds(/\d+\.\d+, \d+\.\d+/.test(await page.locator('[data-field=place] input').inputValue()), 'the point stands in the field');
    },
  },
  {
    name: 'operator: filters stand in the address, and back keeps the place',
    async run({ person }) {
      const operator = await person('operator');
      const { page } = operator;
      await operator.go('/tickets');
      await page.locator('tbody tr').nth(49).waitFor();
      await page.locator('select').nth(0).selectOption('open');
      await page.waitForURL(/status=open/);
      await page.locator('tbody tr').nth(20).waitFor();
      for (let n = 0; n < 15; n += 1) await operator.press('j');
      const code = await page.locator('tbody tr[aria-current] a').first().textContent();
      const before = await page.evaluate(() => scrollY);
      await operator.press('Enter');
      await operator.heading(code.trim());
      await page.goBack();
      await page.locator('tbody tr[aria-current] a:focus').waitFor();
      equal(await page.locator('tbody tr[aria-current] a').first().textContent(), code, 'the chosen ticket');
      equal(await page.locator('select').nth(0).inputValue(), 'open', 'the filter');
      holds(Math.abs((await page.evaluate(() => scrollY)) - before) < 40, 'the place on the page');
      // A link to the filtered list is the filtered list.
      await page.reload();
      await page.locator('tbody tr').nth(20).waitFor();
      equal(await page.locator('select').nth(0).inputValue(), 'open', 'the filter after a reload');
    },
  },
  {
    name: 'operator: what is late, urgent or nobody has, counted',
    async run({ person }) {
      const operator = await person('operator', { language: 'en' });
      const { page } = operator;
      const t = TEXTS.en;
      const of = async () => {
        const [shown, total] = (await page.locator('main p[role=status]').textContent())
          .match(/[\d,]+/g)
          .map((n) => Number(n.replace(',', '')));
        return { shown, total };
      };
      await operator.go('/tickets');
      await page.locator('tbody tr').nth(49).waitFor();
      const all = await of();
      equal(all.shown, 50, 'rows of the first page');
      holds(all.total > 200, `${all.total} tickets of the demonstration`);
      let requests = 0;
      page.on('request', (request) => {
        if (/\/v1\/(tickets|work-orders|accounts|organisations)/.test(request.url())) requests += 1;
      });
      await page.getByLabel(t.narrowing.sort).selectOption('due');
      await page.waitForURL(/sort=due/);
      await page.getByLabel(t.narrowing.late).check();
      await page.waitForURL(/late=true/);
      await page.locator('table[aria-busy=false] tbody tr .badge.bad').first().waitFor();
      const late = await of();
      holds(late.total > 0 && late.total < all.total, `${late.total} of ${all.total} are late`);
      // Everything shown is late.
      const rows = await page.locator('tbody tr').evaluateAll((all) => all.map((row) => row.children[5].textContent));
      holds(
        rows.every((due) => due.includes('late')),
        `late: ${rows}`,
      );
      holds(requests <= 2, `${requests} requests for two lists`);
      await operator.go('/tickets?unassigned=true');
      await page.getByLabel(t.tickets.unassigned).waitFor();
      equal(await page.getByLabel(t.tickets.unassigned).isChecked(), true, 'the filter of the address');
      await page.locator('tbody tr').first().waitFor();
      requests = 0;
      await operator.go('/orders?group=open&sort=due&priority=urgent,high');
      await page.locator('tbody tr').first().waitFor();
      await page.waitForLoadState('networkidle');
      // The list, and the organisations that the filter offers; nothing for a row.
      equal(requests, 2, 'requests of the page of orders');
    },
  },
  {
    name: 'operator: ten seconds without network lose nothing',
    async run({ person }) {
      const operator = await person('operator', { expected: [/ERR_INTERNET_DISCONNECTED/] });
      const { page, context } = operator;
      const { fa } = TEXTS;
      await operator.go('/register');
      await registerCall(operator, ['09122220001', 'چاله', 'پیش از قطع شبکه نوشته شد', 'سعدی']).catch(() => undefined);
      await page.locator('section.done button.primary:focus').waitFor();
      await operator.press('Enter');
      await page.locator('[data-field=phone] input:focus').waitFor();
      await operator.type('09122220002');
      await operator.press('Enter');
      await operator.type('سگ');
      await operator.press('Enter');
      await operator.type('در قطع شبکه نوشته شد');
      await operator.press('Enter');
      await operator.type('قزوین ۱');
      await page.locator('[data-field=place] [role=option]').first().waitFor();
      await operator.press('Enter');
      await page.getByText(`${fa.register.areaOf}:`).waitFor();
      await context.setOffline(true);
      await page.getByRole('button', { name: fa.register.submit }).click();
      await page.getByText(fa.trouble.networkHint).waitFor();
      await page.getByText(fa.trouble.lost).waitFor();
      equal(await page.locator('[data-field=text] textarea').inputValue(), 'در قطع شبکه نوشته شد', 'what was written');
      await context.setOffline(false);
      await page.getByRole('button', { name: fa.register.submit }).click();
      await page.locator('section.done').waitFor();
      // What only reads comes back by itself.
      await context.setOffline(true);
      await page.getByRole('link', { name: fa.nav.tickets, exact: true }).click();
      await page.getByText(fa.trouble.lost).waitFor();
      await context.setOffline(false);
      await page.locator('tbody tr').first().waitFor();
      await page.getByText(fa.trouble.lost).waitFor({ state: 'detached' });
    },
  },
];
