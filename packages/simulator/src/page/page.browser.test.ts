import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createSmsClient } from '@polysms/core';
import type { Browser, Page } from 'playwright-core';
import { skipWithoutChromium, startChromium } from 'test-chromium';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startApp, tinyBox } from '../simulator.test.fixture.js';
import { openPage, sendText } from './page.test.fixture.js';
import { tinyProvider } from './tiny-provider.test.fixture.js';

const phone = '+8613800138000';

describe.skipIf(skipWithoutChromium())('the page', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startChromium();
  });
  afterAll(() => browser?.close());

  it('says what to do first, and shows a message without being loaded again; its code is copied', async () => {
    const context = { permissions: ['clipboard-read', 'clipboard-write'] };
    const { box, page } = await openPage(browser, {}, context);
    await page.getByRole('heading', { name: 'No message yet' }).waitFor();
    await page.getByText(box.urlOf('tiny'), { exact: true }).waitFor();
    await page.getByText(`new TinySms({ baseUrl: '${box.urlOf('tiny')}' })`).waitFor();
    await page.evaluate('window.notLoadedAgain = true');

    await sendText(box, 'tiny', phone, 'Your code is 482913.');
    await page.getByRole('button', { name: 'Copy code: code 482913' }).click();
    await page.getByRole('status').getByText('Copied: code 482913').waitFor({ state: 'attached' });
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe('482913');
    expect(await page.evaluate('window.notLoadedAgain')).toBe(true);
  });

  it('has a fault switched on, after which the next send fails over', async () => {
    const { box, page } = await openPage(browser);
    const providers = ['tiny', 'silent'].map((vendor) => tinyProvider(vendor, box.urlOf(vendor)));
    const sms = createSmsClient({ providers });
    onTestFinished(() => sms.close());

    await page.getByRole('link', { name: 'Faults' }).click();
    await page.getByRole('radio', { name: 'Tiny SMS' }).check();
    const limited = page.getByRole('switch', { name: 'Too many requests' });
    await limited.click();
    await page.getByRole('heading', { name: 'Switched on' }).waitFor();
    expect(await limited.isChecked()).toBe(true);
    const { attempts } = await sms.send({ to: phone, text: 'Order 42' });
    expect(attempts.map(({ provider, outcome }) => [provider, outcome])).toEqual([
      ['tiny', 'refused'],
      ['silent', 'accepted'],
    ]);

    await page.getByRole('link', { name: 'Requests' }).click();
    await page.getByText('429 · slow-down').waitFor();
    await page.getByRole('link', { name: 'Faults' }).click();
    await limited.click();
    await page.getByText('Nothing is switched on').waitFor();
    expect((await sms.send({ to: phone, text: 'Order 43' })).attempts).toHaveLength(1);
  });

  it('has a vendor answer one of its own statuses, found by a word', async () => {
    const { box, page } = await openPage(browser);
    await page.getByRole('link', { name: 'Faults' }).click();
    await page.getByRole('radio', { name: 'Silent' }).check();
    await page.getByRole('radio', { name: 'The next few times' }).check();
    await page.getByRole('spinbutton', { name: 'Times' }).fill('2');
    const status = page.getByLabel('One of the 3 statuses of Silent');
    await status.fill('nonsense');
    await page.getByRole('button', { name: 'Answer this' }).click();
    await page.getByRole('alert').getByText('Silent has no status').waitFor();
    await status.fill('no-money');
    await page.getByRole('button', { name: 'Answer this' }).click();
    await page.getByText('2 more').waitFor();
    const body = JSON.stringify({ to: phone, text: 'Hello' });
    const answers = [];
    for (const _ of [1, 2, 3]) {
      answers.push((await fetch(`${box.urlOf('silent')}/messages`, { method: 'POST', body })).status);
    }
    expect(answers).toEqual([400, 400, 202]);
    await page.getByText('Nothing is switched on').waitFor();
  });

  it('answers STOP as the phone, and the app’s webhook hears it', async () => {
    const app = await startApp();
    const { box, page } = await openPage(browser, { reportsTo: app.url, reportDelayMs: 3_600_000 });
    await sendText(box, 'tiny', phone, 'Sale! Answer STOP to get no more.');
    await page.getByRole('button', { name: 'Answer STOP' }).click();
    await app.hit(1);
    expect(app.hits).toMatchObject([{ path: '/hooks/tiny', body: JSON.stringify({ from: phone, text: 'STOP' }) }]);
    await page.getByRole('article', { name: 'Answer of this phone' }).getByText('taken by the app').waitFor();
  });

  it('holds a report back, and releases it', async () => {
    const app = await startApp();
    const { box, page } = await openPage(browser, { reportsTo: app.url, reportDelayMs: 0 });
    await page.getByRole('link', { name: 'Reports', exact: true }).click();
    await page.getByRole('switch', { name: 'Hold all reports back' }).click();
    await page.locator('[role=switch]:checked').waitFor();
    await sendText(box, 'tiny', phone, 'On its way.');
    await page.getByRole('link', { name: 'Phones' }).click();
    await page.getByRole('link', { name: new RegExp(`^${phone.replace('+', '\\+')}`) }).click();
    await page.getByRole('link', { name: 'Details of message 1' }).click();
    await page.getByText('held back').first().waitFor();
    expect(app.hits).toEqual([]);

    await page.getByRole('button', { name: /Release report \d+, delivered/ }).click();
    await app.hit(1);
    expect(app.hits[0]?.body).toContain('"state":"delivered"');
    await page.getByRole('article', { name: 'Message 1' }).getByText('delivered', { exact: true }).waitFor();
    // Told again with its report, it is still one message.
    await page.locator('.row').getByText('1 message', { exact: true }).waitFor({ state: 'attached' });
  });

  it('reports a failure, with its reason', async () => {
    const app = await startApp();
    const { box, page } = await openPage(browser, { reportsTo: app.url, reportDelayMs: 3_600_000 });
    await sendText(box, 'tiny', phone, 'On its way.');
    await page.getByRole('link', { name: 'Details of message 1' }).click();
    await page.getByLabel('Reason').selectOption({ label: 'nobody has the number' });
    await page.getByRole('button', { name: 'Report failure' }).click();
    await app.hit(1);
    expect(app.hits[0]?.body).toContain('"state":"undelivered"');
    expect(box.reports.find(({ state }) => state === 'undelivered')?.reason).toBe('unknown_subscriber');
  });

  it('finds the box again when it has been started anew, and shows what that one knows', async () => {
    const { box, page } = await openPage(
      browser,
      {},
      { troublesAllowed: /ERR_CONNECTION_REFUSED|ERR_EMPTY|ERR_INCOMPLETE/ },
    );
    await sendText(box, 'tiny', phone, 'First 1111');
    await page.getByRole('article', { name: 'Message 1' }).getByText('First 1111').waitFor();
    await box.close();
    await page.getByText('Reconnecting…').waitFor();
    const next = await tinyBox({ port: box.port });
    await sendText(next, 'tiny', phone, 'Second 2222');
    await page.getByRole('article', { name: 'Message 1' }).getByText('Second 2222').waitFor();
    expect(await page.getByRole('article').count()).toBe(1);
    await sendText(next, 'tiny', phone, 'Third 3333');
    await page.getByRole('article', { name: 'Message 2' }).waitFor();
  });

  it('can be used with the keyboard alone', async () => {
    const { box, page } = await openPage(browser, {}, { permissions: ['clipboard-read', 'clipboard-write'] });
    await sendText(box, 'tiny', phone, 'Your code is 482913.');
    await page.getByRole('article').waitFor();
    await tabTo(page, 'Copy code: code 482913');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Copy code' }).getByText('Copied').waitFor();
    await tabTo(page, 'Details of message 1');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Message 1' }).waitFor();
    await tabTo(page, 'Faults');
    await page.keyboard.press('Enter');
    await tabTo(page, 'No money left');
    await page.keyboard.press('Space');
    await page.getByRole('heading', { name: 'Switched on' }).waitFor();
    expect(box.fail({ kind: 'balance' }).id).toBe('2');
    const outline = 'getComputedStyle(document.activeElement).outlineStyle';
    expect(await page.evaluate(outline)).toBe('solid');
  });

  it('shows a message from right to left, emoji, and one of ten parts', async () => {
    const { box, page } = await openPage(browser);
    await sendText(box, 'tiny', phone, 'رمز التحقق هو 551204 🙂');
    await sendText(box, 'tiny', phone, 'A long story. '.repeat(109));
    const text = page.getByRole('article', { name: 'Message 1' }).getByText('رمز التحقق');
    await text.waitFor();
    expect(await text.evaluate((element) => element.matches(':dir(rtl)'))).toBe(true);
    await page.getByText('10 parts · GSM-7').waitFor();
  });

  it('holds what is in view of a list, however many messages there are', async () => {
    const count = 5_000;
    const { box, page } = await openPage(browser);
    for (let sent = 0; sent < count; sent += 50) {
      await Promise.all(
        Array.from({ length: 50 }, (_, index) => {
          const number = sent + index;
          // Half of them to one phone, the others to a phone each.
          const to = number % 2 === 0 ? phone : `+1415555${String(number).padStart(4, '0')}`;
          return sendText(box, 'silent', to, `Message ${number}, code ${100_000 + number}`);
        }),
      );
    }
    const heading = page.getByRole('heading', { name: `Phones ${count / 2 + 1}` });
    await heading.waitFor();
    await page.goto(`${box.url}/#/phones/${encodeURIComponent(phone)}`);
    const newest = page.getByText(`Message ${count - 2}, code`).last();
    await newest.waitFor();
    const elements = () => page.evaluate<number>('document.querySelectorAll("*").length');
    expect(await elements()).toBeLessThan(1_500);

    await page.locator('.bubbles').evaluate((element) => element.scrollTo(0, 0));
    await page.getByText('Message 0, code').last().waitFor();
    await page.locator('.list .scroller').evaluate((element) => element.scrollTo(0, element.scrollHeight));
    await page.getByRole('link', { name: '+14155550001' }).waitFor();
    expect(await elements()).toBeLessThan(1_500);
    expect(await page.locator('.bubbles li').first().getAttribute('aria-setsize')).toBe(String(count / 2));

    // Whoever reads old messages is left where they are.
    await sendText(box, 'silent', phone, 'One more');
    await page
      .locator(`.bubbles li[aria-setsize="${count / 2 + 1}"]`)
      .first()
      .waitFor();
    expect(await page.locator('.bubbles').evaluate((element) => element.scrollTop)).toBe(0);
    await page.locator('.bubbles').evaluate((element) => element.scrollTo(0, element.scrollHeight));
    await page.getByRole('article').getByText('One more').waitFor();
  });

  it('cuts nothing off on the screen of a phone', async () => {
    const { page } = await openPage(browser, {}, { viewport: { width: 360, height: 740 } });
    await page.getByRole('link', { name: 'Faults' }).click();
    await page.getByRole('switch', { name: 'No money left' }).click();
    const narrow = await page.getByRole('navigation').evaluate((nav) => nav.scrollWidth - nav.clientWidth);
    expect(narrow).toBe(0);
    const edges = await page
      .getByRole('navigation')
      .getByRole('link')
      .evaluateAll((links) => {
        return links.map((link) => link.getBoundingClientRect().right);
      });
    expect(Math.max(...edges)).toBeLessThanOrEqual(360);
    for (const select of await page.getByRole('combobox').all()) {
      // As wide as its longest choice, and as it is.
      const [wanted = 0, given = 0] = await select.evaluate((element) => {
        const free = element.cloneNode(true) as typeof element;
        free.style.cssText = 'position: absolute; width: max-content; max-width: none';
        element.parentElement?.append(free);
        const widths = [free.offsetWidth, element.offsetWidth];
        free.remove();
        return widths;
      });
      expect(given).toBeGreaterThanOrEqual(wanted);
    }
  });

  it.each(['light', 'dark'] as const)('is found without fault by axe, when it is %s', async (colorScheme) => {
    const app = await startApp();
    const options = { reportsTo: app.url, reportDelayMs: 0 };
    const { box, page } = await openPage(browser, options, { colorScheme });
    const problems = await axeProblems(page, 'empty');
    await sendText(box, 'tiny', phone, 'Your code is 482913. أهلا');
    await page.getByRole('link', { name: 'Details of message 1' }).click();
    await sendText(box, 'silent', '+14155550100', 'Hello');
    await page.getByRole('article').getByText('delivered').waitFor();
    await page.getByRole('button', { name: 'Answer STOP' }).click();
    await page.getByRole('article', { name: 'Answer of this phone' }).waitFor();
    problems.push(...(await axeProblems(page, 'phones')));
    await page.getByRole('link', { name: 'Faults' }).click();
    await page.getByRole('radio', { name: 'Tiny SMS' }).check();
    await page.getByRole('switch', { name: 'Connection reset' }).click();
    await page.getByRole('heading', { name: 'Switched on' }).waitFor();
    problems.push(...(await axeProblems(page, 'faults')));
    for (const view of ['Reports', 'Requests', 'Vendors']) {
      await page.getByRole('link', { name: view, exact: true }).click();
      await page.getByRole('heading', { name: view }).waitFor();
      for (const summary of await page.locator('summary').all()) await summary.click();
      problems.push(...(await axeProblems(page, view)));
    }
    expect(problems).toEqual([]);
  });
});

/** Presses Tab until the element with this name has the focus: an accessible name that begins so. */
async function tabTo(page: Page, name: string): Promise<void> {
  const seen: string[] = [];
  for (let presses = 0; presses < 120; presses += 1) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate<string>(
      '(document.activeElement.getAttribute("aria-label") ?? document.activeElement.labels?.[0]?.textContent ?? document.activeElement.textContent).trim()',
    );
    if (focused.startsWith(name)) return;
    seen.push(focused);
  }
  throw new Error(`Tab never comes to “${name}”, but to: ${seen.join(' | ')}`);
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface AxeResult {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
}

/** What axe finds, one line each. The policy of the page lets no script in, but a debugger may evaluate one. */
async function axeProblems(page: Page, where: string): Promise<string[]> {
  await page.evaluate(axe);
  const { violations } = await page.evaluate<AxeResult>('axe.run()');
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${where}: ${id}: ${html}`));
}
