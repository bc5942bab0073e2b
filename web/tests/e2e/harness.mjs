// What the scenarios stand on: a demonstration city on a real server, browsers that report what goes wrong, and a count of key presses.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const axe = await readFile(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

/** A city with people: where it is, and everybody's password, as the demonstration writes them. */
function read(text, stop) {
  const address = /The server stays up at (http:\S+)/.exec(text)[1];
  const passwords = new Map([...text.matchAll(/^ {2}([a-z][a-z0-9.]*) +([a-z0-9]{12}) +[a-z_]+/gm)].map((m) => [m[1], m[2]]));
  return { address: process.env.BAZDID_CONSOLE ?? address, password: (login) => passwords.get(login), stop };
}

/**
 * Plays the demonstration's day and leaves its server running. While the console is written, `BAZDID_DEMO` may name a file with the output
 * of one that runs already, and `BAZDID_CONSOLE` the address of Vite.
 */
export async function city() {
  if (process.env.BAZDID_DEMO) return read(await readFile(process.env.BAZDID_DEMO, 'utf8'), () => undefined);
  const program = process.env.BAZDID_BIN ?? new URL('../../../target/debug/bazdid', import.meta.url).pathname;
  const folder = await mkdtemp(join(tmpdir(), 'bazdid-console-'));
  const child = spawn(program, ['demo', '--data', join(folder, 'data'), '--port', '0', '--photo-pixels', '640'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const text = await new Promise((resolve, reject) => {
    let said = '';
    child.stdout.on('data', (chunk) => {
      said += chunk;
      if (said.includes('The server stays up at')) resolve(said);
    });
    child.on('exit', (code) => reject(new Error(`the demonstration ended with ${code}:\n${said}`)));
    child.on('error', reject);
  });
  return read(text, async () => {
    child.removeAllListeners('exit');
    const ended = new Promise((resolve) => child.on('exit', resolve));
    child.kill('SIGINT');
    await ended;
    await rm(folder, { recursive: true, force: true });
  });
}

export const WIDTHS = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 800 } };

export class Browser {
  #browser;
  #city;

  static async start(of) {
    const self = new Browser();
    self.#city = of;
    const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
    self.#browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--enable-unsafe-swiftshader'] });
    return self;
  }

  close() {
    return this.#browser.close();
  }

  /** A person at a browser of their own, logged in. `expected` names console messages that the scenario brings about. */
  async person(login, { language = 'fa', width = 'desktop', scheme = 'light', expected = [] } = {}) {
    const context = await this.#browser.newContext({
      viewport: WIDTHS[width],
      locale: language,
      colorScheme: scheme,
      timezoneId: 'Asia/Tehran',
      reducedMotion: 'reduce',
    });
    await context.addInitScript((chosen) => {
      if (!localStorage.getItem('bazdid.language')) localStorage.setItem('bazdid.language', chosen);
      addEventListener('securitypolicyviolation', (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
    }, language);
    const person = new Person(context, await context.newPage(), this.#city.address, expected);
    await person.go('/');
    if (login) await person.login(login, this.#city.password(login));
    return person;
  }
}

export class Person {
  /** What the browser complained of. */
  complaints = [];
  presses = 0;

  constructor(context, page, address, expected) {
    this.context = context;
    this.page = page;
    this.address = address;
    this.expected = expected;
    this.watch(page);
    page.setDefaultTimeout(15_000);
  }

  watch(page) {
    const complain = (text) => {
      if (!this.expected.some((pattern) => pattern.test(text))) this.complaints.push(text);
    };
    page.on('pageerror', (error) => complain(`error of the page: ${error.message}`));
    page.on('console', (message) => message.type() === 'error' && complain(`${message.text()} ${message.location().url ?? ''}`));
  }

  async another() {
    const page = await this.context.newPage();
    this.watch(page);
    return page;
  }

  go(path) {
    return this.page.goto(`${this.address}/console${path}`);
  }

  async login(login, password) {
    await this.page.locator('input[autocomplete=username]').fill(login);
    await this.page.locator('input[autocomplete=current-password]').fill(password);
    await this.page.locator('form button.primary').click();
    await this.page.locator('nav[aria-label]').first().waitFor({ state: 'attached' });
  }

  heading(text) {
    return this.page.locator('h1').filter({ hasText: text }).waitFor();
  }

  /** Presses one key, and counts it. */
  async press(key) {
    this.presses += 1;
    await this.page.keyboard.press(key);
  }

  /** Types text, which is not counted. */
  type(text) {
    return this.page.keyboard.type(text);
  }

  /** Serious faults that axe-core finds on the page as it is. */
  async faults() {
    await this.page.evaluate(axe);
    const found = await this.page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
    return found.violations
      .filter((v) => v.impact === 'serious' || v.impact === 'critical')
      .map(
        (v) =>
          `${v.id}: ${v.help}\n      ${v.nodes
            .slice(0, 3)
            .map((n) => `${n.target.join(' ')} ${n.any[0]?.message ?? ''}`)
            .join('\n      ')}`,
      );
  }

  async close() {
    await this.context.close();
    if (this.complaints.length > 0) throw new Error(`the browser complained:\n    ${this.complaints.join('\n    ')}`);
  }
}

export function equal(found, wanted, what) {
  if (JSON.stringify(found) !== JSON.stringify(wanted))
    throw new Error(`${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`);
}

export function holds(condition, what) {
  if (!condition) throw new Error(what);
}
