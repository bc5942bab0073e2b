import { mkdir } from 'node:fs/promises';
import { holds } from './harness.mjs';
import { TEXTS } from './texts.mjs';

/** Every page with something that shows that it is there, for whom. */
const PAGES = [
  ['supervisor', '/', 'tbody tr'],
  ['supervisor', '/tickets', 'tbody tr'],
  ['supervisor', '/orders?group=open', 'tbody tr'],
  ['supervisor', '/rounds?verdict=accepted', 'tbody tr'],
  ['supervisor', '/conflicts?status=resolved', 'tbody tr'],
  ['supervisor', '/patrols', 'main [role=status], tbody tr'],
  ['supervisor', '/quarantine', 'main [role=status], tbody tr'],
  ['supervisor', '/contracts', 'main details'],
  ['supervisor', '/coverage', '[role=grid] td'],
  ['supervisor', '/coverage?columns=all', '[role=grid] td'],
  ['operator', '/register', '[data-field=phone] input:focus'],
  ['admin', '/people', 'tbody tr'],
  ['admin', '/devices', 'tbody tr'],
  ['admin', '/organisations', 'tbody tr'],
  ['admin', '/areas', 'svg path'],
  ['admin', '/categories', 'tbody tr'],
  ['admin', '/categories/new', 'main form'],
  ['admin', '/audit', 'tbody tr'],
  ['admin', '/notices', 'main [role=status], tbody tr'],
];

/** Pages behind the first row of a list. */
const DETAILS = [
  ['/tickets?status=in_work', 'h2#history'],
  ['/rounds?verdict=accepted', 'h2#verdicts'],
  ['/conflicts?status=resolved', 'main section h2'],
  ['/areas', 'main svg path'],
  ['/categories', 'main .facts'],
];

async function check(person, where, faults) {
  for (const fault of await person.faults()) faults.push(`${where}: ${fault}`);
  const wider = await person.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (wider > 1) faults.push(`${where}: the page is ${wider} pixels wider than the screen`);
}

const LOOKS = [
  { language: 'fa', width: 'desktop', scheme: 'light' },
  { language: 'en', width: 'desktop', scheme: 'dark' },
  { language: 'fa', width: 'phone', scheme: 'dark' },
  { language: 'en', width: 'phone', scheme: 'light' },
];

export const scenarios = LOOKS.map((look) => ({
  name: `pages: nothing serious for axe-core, nothing beside the screen (${Object.values(look).join(', ')})`,
  async run({ person }) {
    const faults = [];
    for (const login of ['supervisor', 'operator', 'admin']) {
      const one = await person(login, look);
      for (const [, path, sign] of PAGES.filter(([who]) => who === login)) {
        await one.go(path);
        await one.page.locator(sign).first().waitFor();
        await check(one, path, faults);
      }
      if (login !== 'supervisor') continue;
      for (const [list, sign] of DETAILS) {
        await one.go(list);
        await one.page.locator('tbody tr a').first().click();
        await one.page.locator(sign).first().waitFor();
        await check(one, `the first of ${list}`, faults);
      }
      await one.page.keyboard.press('?');
      await one.page.getByRole('heading', { name: TEXTS[look.language].help.title }).waitFor();
      await check(one, 'the overlay of keys', faults);
    }
    holds(faults.length === 0, faults.join('\n    '));
  },
}));

/** Small pictures of the main pages for `docs`. */
scenarios.push({
  name: 'pictures: the main pages',
  only: 'pictures',
  async run({ person }) {
    const folder = new URL('../../../docs/pictures/', import.meta.url).pathname;
    await mkdir(folder, { recursive: true });
    const take = (page, name) => page.screenshot({ path: `${folder}console-${name}.jpg`, type: 'jpeg', quality: 60 });
    const fa = await person('supervisor');
    await fa.page.setViewportSize({ width: 1080, height: 660 });
    await fa.page.locator('tbody tr .badge').first().waitFor();
    await take(fa.page, 'inbox-fa');
    // The first round that waits and has both pictures.
    await fa.go('/rounds');
    await fa.page.locator('tbody tr a').first().click();
    const picture = fa.page.locator('figure').filter({ has: fa.page.locator('img') });
    for (let n = 0; n < 20; n += 1) {
      await picture.first().waitFor();
      await fa.page.waitForLoadState('networkidle');
      if ((await picture.count()) === 2) break;
      const heading = fa.page.url();
      await fa.page.keyboard.press('j');
      await fa.page.waitForURL((url) => url.href !== heading);
    }
    await take(fa.page, 'verification-fa');
    const en = await person('supervisor', { language: 'en' });
    await en.page.setViewportSize({ width: 1080, height: 660 });
    await en.go('/tickets?status=in_work');
    await en.page.locator('tbody tr a').first().click();
    await en.page.locator('h2#history').waitFor();
    await take(en.page, 'ticket-en');
    await en.go('/tickets?view=map');
    await en.page.locator('[data-ready=true]').waitFor();
    await en.page.getByText(/\d tickets in this view/).waitFor();
    await take(en.page, 'map-en');
  },
});
