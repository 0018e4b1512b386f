import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Attempt, isSmsError, parsePhoneNumber } from '@polysms/core';
import { maskPhoneNumber } from '@polysms/core/provider-kit';
import type { Simulator } from '@polysms/simulator';
import { describe, expect, it } from 'vitest';
import { type ChinaApp, startChinaApp } from './app.js';
import { accountsIn, startChinaBox } from './box.js';

const count = process.env['POLYSMS_TEST_SUITE'] === 'long' ? 1_000 : 60;
/** No two with one prefix, so that the guard sees no flood. */
const phones = Array.from({ length: count }, (_, index) => `+8613${String(800_000_000 + index * 1_111).slice(0, 9)}`);

/** Reports come half a second later. */
const patienceMs = 60_000;

/** One person's code: every attempt, of every time that it was asked for. */
async function askUntilSent({ sms }: ChinaApp, to: string): Promise<readonly Attempt[]> {
  const all: Attempt[] = [];
  for (let time = 0; time < 20; time += 1) {
    try {
      const { attempts } = await sms.verifications.start({ to, purpose: 'login' });
      return [...all, ...attempts];
    } catch (error) {
      if (!isSmsError(error)) throw error;
      all.push(...error.attempts);
      // It may have arrived: the person looks at the phone first.
      if (error.outcome === 'unknown') return all;
      // Aliyun was throttled, and Mob has no money left: nothing was sent, so the person asks again.
      if (error.code !== 'all_providers_failed' && error.code !== 'rate_limited') throw error;
    }
  }
  throw new Error('The person has given up.');
}

function arrivedAt(box: Simulator, vendor: string, to: string): number {
  return box.messages.filter((message) => message.vendor === vendor && message.to === to).length;
}

describe('codes with faults on', () => {
  it('all arrive, none twice unless its outcome was unknown, and each outcome agrees with the ledger', async () => {
    await using box = await startChinaBox(20_260_501);
    await using app = await startChinaApp((publicUrl) => accountsIn(box, publicUrl));
    box.configure('mob', { balance: count / 2 });
    box.fail({ kind: 'drop', when: 'after-processing' }, { vendor: 'mob', probability: 0.1 });
    box.fail({ kind: 'rate-limit' }, { vendor: 'aliyun', probability: 0.2 });
    box.fail({ kind: 'drop', when: 'after-processing' }, { vendor: 'aliyun', probability: 0.1 });
    const told: string[] = [];
    app.sms.on('report', ({ provider, to, reported }) => told.push([provider, to, reported].join(' ')));
    const seen = new Set<string>();
    for (const to of phones) {
      const attempts = await askUntilSent(app, to);
      const of = (outcome: string, vendor?: string) =>
        attempts.filter((each) => each.outcome === outcome && (vendor === undefined || each.provider === vendor))
          .length;
      for (const vendor of ['mob', 'aliyun']) {
        const arrived = arrivedAt(box, vendor, to);
        expect(arrived).toBeGreaterThanOrEqual(of('accepted', vendor));
        expect(arrived).toBeLessThanOrEqual(of('accepted', vendor) + of('unknown', vendor));
      }
      const arrived = arrivedAt(box, 'mob', to) + arrivedAt(box, 'aliyun', to);
      expect(arrived).toBeGreaterThanOrEqual(1);
      expect(arrived).toBeLessThanOrEqual(1 + of('unknown'));
      for (const { provider, outcome, code } of attempts) seen.add([provider, outcome, code].join(' '));
    }
    // Each fault was really there.
    expect([...seen].sort()).toEqual(
      expect.arrayContaining([
        'aliyun refused rate_limited',
        'aliyun unknown network_error',
        'mob refused insufficient_balance',
        'mob unknown network_error',
      ]),
    );
    // What the app hears of each code is what the ledger says of it. Mob has no reports.
    const fates = box.messages
      .filter(({ vendor }) => vendor === 'aliyun')
      .map(({ vendor, to, failed }) =>
        [vendor, maskPhoneNumber(parsePhoneNumber(to)), failed?.state ?? 'delivered'].join(' '),
      );
    await expect.poll(() => told.toSorted(), { timeout: patienceMs }).toEqual(fates.toSorted());
    const byVendor = (vendor: string) => box.messages.filter((message) => message.vendor === vendor).length;
    expect(byVendor('mob')).toBeGreaterThan(count / 4);
    expect(byVendor('aliyun')).toBeGreaterThan(count / 4);
  });
});

describe('a notice', () => {
  it('goes by Aliyun when the balance of Mob is used up, and comes back as delivered', async () => {
    await using box = await startChinaBox(1);
    await using app = await startChinaApp((publicUrl) => accountsIn(box, publicUrl));
    const reported = new Promise<unknown>((resolve) => {
      app.sms.on('report', (report) => {
        if (report.state === 'delivered') resolve(report);
      });
    });
    const notice = (order: string) =>
      app.sms.send({
        to: phones[0] ?? '',
        template: 'shipped',
        params: { order, carrier: 'SF' },
        idempotencyKey: order,
      });
    expect(await notice('41')).toMatchObject({ provider: 'mob' });
    box.configure('mob', { balance: 0 });
    const { id, provider } = await notice('42');
    expect(provider).toBe('aliyun');
    expect(await notice('42')).toMatchObject({ id });
    expect(await reported).toMatchObject({ id, provider: 'aliyun' });
    expect(box.messages.map(({ vendor }) => vendor)).toEqual(['mob', 'aliyun']);
  });
});

describe('the command', () => {
  it('prints what the README shows', async () => {
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
    const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [main]);
    expect(stdout).toBe(/```text\n([\s\S]+?)```/.exec(readme)?.[1]);
  });
});
