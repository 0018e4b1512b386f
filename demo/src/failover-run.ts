import { createSmsClient, isSmsError, type SmsClient } from '@polysms/core';
import { mob } from '@polysms/provider-mob';
import { type BoxProcess, startBoxProcess } from './box-process.js';

const appKey = 'demo-app-key';
const template = '2901';
const settings = { templates: { [template]: { text: '[Shop] Order {order}' } } };

/**
 * Two accounts, of which the first dies in three ways. Shows who took each message, and proves by what the phones
 * received that none arrived twice.
 */
export async function failoverRun(write: (line: string) => void): Promise<boolean> {
  await using first = await startBoxProcess(appKey);
  await using backup = await startBoxProcess(appKey);
  await using sms = clientOver(first, backup);
  await first.configure(settings);
  await backup.configure(settings);
  write('Two accounts with Mob: mob, and mob-backup for when it fails.');
  write('');
  const orders = new Orders(sms, write);

  orders.say('All is well.');
  await orders.send();

  const receivedBefore = await first.messages();
  await first.stop();
  orders.say('mob refuses connections. Nothing was sent, so mob-backup takes over; then the circuit of mob opens.');
  await orders.send();
  await orders.send();
  await orders.send();

  const probeIsDue = circuitBecomes(sms, 'half-open');
  await using revived = await startBoxProcess(appKey, `mob=${new URL(first.mob).port}`);
  await revived.configure(settings);
  await probeIsDue;
  orders.say('mob is back. One message probes its circuit, and closes it.');
  await orders.send();

  await revived.fail({ kind: 'reset', when: 'after-processing' });
  orders.say('The connection breaks after the write. The message may have been sent, so nobody else is asked.');
  await orders.send();

  await revived.configure({ balance: 0 });
  orders.say('The balance of mob is used up. It refuses, so mob-backup takes over.');
  await orders.send();
  await orders.send();

  const received = [...receivedBefore, ...(await revived.messages()), ...(await backup.messages())];
  return orders.compare(received.map(({ text }) => text));
}

function clientOver(first: BoxProcess, backup: BoxProcess): SmsClient {
  return createSmsClient({
    providers: [mob({ appKey, baseUrl: first.mob }), mob({ id: 'mob-backup', appKey, baseUrl: backup.mob })],
    templates: { shipped: { params: ['order'], providers: { mob: { template }, 'mob-backup': { template } } } },
    breaker: { minimumCalls: 3, openMs: 500 },
  });
}

/** Numbered orders, and what was said of each. */
class Orders {
  readonly #sms: SmsClient;
  readonly #write: (line: string) => void;
  readonly #outcomes: string[] = [];

  constructor(sms: SmsClient, write: (line: string) => void) {
    this.#sms = sms;
    this.#write = write;
    write(row('order', 'outcome', 'attempts', 'circuits'));
  }

  say(text: string): void {
    this.#write(`       ${text}`);
  }

  async send(): Promise<void> {
    const order = this.#outcomes.length + 1;
    const { outcome, attempts } = await this.#result(String(order));
    this.#outcomes.push(outcome);
    const path = attempts.map(({ provider, outcome: each, code }) => [provider, each, code].filter(Boolean).join(' '));
    const circuits = Object.entries(this.#sms.health()).map(([id, { circuit }]) => `${id} ${circuit}`);
    this.#write(row(String(order), outcome, path.join(', '), circuits.join(', ')));
  }

  async #result(order: string) {
    try {
      const receipt = await this.#sms.send({ to: '+8613800138000', template: 'shipped', params: { order } });
      return { outcome: 'accepted', attempts: receipt.attempts };
    } catch (error) {
      if (isSmsError(error)) return error;
      throw error;
    }
  }

  /** Whether the phones received what the outcomes say: nothing twice, everything accepted, nothing refused. */
  compare(texts: readonly string[]): boolean {
    const arrived = this.#outcomes.map(
      (_, index) => texts.filter((text) => text === `[Shop] Order ${index + 1}`).length,
    );
    const isRight = this.#outcomes.map((outcome, index) => {
      const times = arrived[index] ?? 0;
      return outcome === 'unknown' ? times <= 1 : times === (outcome === 'accepted' ? 1 : 0);
    });
    const duplicates = arrived.filter((times) => times > 1).length;
    this.#write('');
    this.#write(`${this.#outcomes.length} orders, ${texts.length} messages on the phones, ${duplicates} duplicates.`);
    return isRight.every(Boolean);
  }
}

function circuitBecomes(sms: SmsClient, state: string): Promise<void> {
  return new Promise((resolve) => {
    const listening = sms.on('circuit', ({ provider, to }) => {
      if (provider !== 'mob' || to !== state) return;
      listening[Symbol.dispose]();
      resolve();
    });
  });
}

function row(...cells: [string, string, string, string]): string {
  const widths = [5, 8, 56, 0];
  return cells
    .map((cell, index) => cell.padEnd(widths[index] ?? 0))
    .join('  ')
    .trimEnd();
}
