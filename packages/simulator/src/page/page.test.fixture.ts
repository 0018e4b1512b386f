import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import type { SimulatorOptions } from '../options.js';
import type { Simulator } from '../simulator.js';
import { tinyBox } from '../simulator.test.fixture.js';
import { tinyDialect } from '../tiny-dialect.test.fixture.js';

/** A vendor that tells nobody what became of a message, and hands no answers on. */
const silentDialect = {
  ...tinyDialect,
  vendor: 'silent',
  title: 'Silent',
  open: (...world: Parameters<typeof tinyDialect.open>) => {
    const { reports: _, inbound: __, ...silent } = tinyDialect.open(...world);
    return silent;
  },
};

/** A box with two vendors, and a page that looks at it. Nothing may go wrong in the page, and nothing come from elsewhere. */
export async function openPage(
  browser: Browser,
  options: Partial<SimulatorOptions> = {},
  { troublesAllowed, ...context }: BrowserContextOptions & { readonly troublesAllowed?: RegExp } = {},
): Promise<{ box: Simulator; page: Page }> {
  const box = await tinyBox({ dialects: [tinyDialect, silentDialect], ...options });
  const opened = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...context });
  const troubles: string[] = [];
  const page = await opened.newPage();
  page.setDefaultTimeout(120_000);
  page.on('pageerror', (error) => troubles.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') troubles.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(`${box.url}/`)) troubles.push(`asked ${request.url()}`);
  });
  onTestFinished(async () => {
    await opened.close();
    expect(troubles.filter((trouble) => troublesAllowed?.test(trouble) !== true)).toEqual([]);
  });
  await page.goto(`${box.url}/`);
  await page.getByText('Live', { exact: true }).waitFor();
  return { box, page };
}

/** Sends a text over one of the box's vendors. */
export async function sendText(box: Simulator, vendor: 'tiny' | 'silent', to: string, text: string): Promise<void> {
  const answer = await fetch(`${box.urlOf(vendor)}/messages`, { method: 'POST', body: JSON.stringify({ to, text }) });
  expect(answer.status).toBe(202);
}
