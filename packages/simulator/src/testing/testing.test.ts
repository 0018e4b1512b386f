import { describe, expect, it } from 'vitest';
import type { SimulatorOptions } from '../options.js';
import { send, startApp, tinyBox } from '../simulator.test.fixture.js';
import { connectBox } from '../testing.js';

const number = '+8613800138000';

async function connected(options: Partial<SimulatorOptions> = {}) {
  const simulator = await tinyBox(options);
  return {
    simulator,
    box: connectBox(`${simulator.url}/`),
    say: (text: string) => send(simulator, { to: number, text }),
  };
}

describe('a phone of a test', () => {
  it('gives the newest message that it has not given, or waits for the next', async () => {
    const { box, say } = await connected();
    const phone = box.phone(number);
    await say('First');
    await say('Second');
    expect((await phone.message()).text).toBe('Second');
    const third = phone.message({ timeoutMs: 600_000 });
    await say('Third');
    expect((await third).text).toBe('Third');
    expect((await phone.messages()).map(({ text }) => text)).toEqual(['First', 'Second', 'Third']);
  });

  it('gives the code, and passes over what has none', async () => {
    const { box, say } = await connected();
    const code = box.phone(number).code({ timeoutMs: 600_000 });
    await say('Welcome!');
    await say('Your code is 482913.');
    expect(await code).toBe('482913');
  });

  it('has seen what was on it, if it is a new one', async () => {
    const { box, say } = await connected();
    await say('Code 1111');
    const phone = await box.newPhone(number);
    await expect(phone.code({ timeoutMs: 0 })).rejects.toThrow('No new message with a code');
    await say('Code 2222');
    expect(await phone.code()).toBe('2222');
  });

  it('begins anew after a reset', async () => {
    const { box, say } = await connected();
    const phone = box.phone(number);
    for (const text of ['One', 'Two']) await say(text);
    await phone.message();
    await box.reset();
    await say('Three');
    expect((await phone.message()).text).toBe('Three');
  });

  it('says what the vendors were asked instead, and no whole number', async () => {
    const { box, say, simulator } = await connected();
    const failure = () =>
      box
        .phone(number)
        .message({ timeoutMs: 0 })
        .catch((error: Error) => error.message);
    expect(await failure()).toBe(
      'No new message came to the phone that ends in 8000 within 0 ms. Nobody has asked a vendor for anything: ' +
        `does the app call the addresses that ${simulator.url}/api/vendors lists?`,
    );
    await box.fail({ kind: 'rate-limit' });
    await say('Lost');
    expect(await failure()).toBe(
      'No new message came to the phone that ends in 8000 within 0 ms. The last request, to tiny, was answered ' +
        `429 (slow-down) by the fault rate-limit; ${simulator.url}/#/requests shows all.`,
    );
  });

  it('writes back, and the app hears it', async () => {
    const app = await startApp();
    const { box, say } = await connected({ reportsTo: app.url, reportDelayMs: 3_600_000 });
    await say('Sale!');
    expect(await box.phone(number).reply('STOP')).toMatchObject({ text: 'STOP', status: 'taken' });
    expect(app.hits.map(({ path }) => path)).toEqual(['/hooks/tiny']);
    expect((await say('Sale!')).status).toBe(400);
  });
});

describe('a box of a test', () => {
  it('fails every time when told so, until it is mended', async () => {
    const { box, say } = await connected();
    expect(await box.fail({ kind: 'http', httpStatus: 503 }, { vendor: 'tiny', times: Infinity })).toMatchObject({
      vendor: 'tiny',
      left: null,
    });
    expect([(await say('One')).status, (await say('Two')).status]).toEqual([503, 503]);
    await box.mend();
    expect((await say('Three')).status).toBe(202);
    expect((await box.vendors()).map(({ vendor }) => vendor)).toEqual(['tiny']);
  });

  it('holds reports back, releases them, and reports what it is told', async () => {
    const app = await startApp();
    const { box, say } = await connected({ reportsTo: app.url, reportDelayMs: 0 });
    expect(await box.configureReports({ mode: 'held' })).toMatchObject({ mode: 'held' });
    await say('Hello');
    const [held] = await box.reports();
    expect(held?.status).toBe('held');
    expect(await box.release(held ?? { id: '' })).toMatchObject({ status: 'taken' });
    const message = await box.phone(number).message();
    const call = { state: 'undelivered', reason: 'unreachable' } as const;
    expect(await box.report(message, call)).toMatchObject({ ...call, status: 'taken' });
    expect(app.hits).toHaveLength(2);
  });

  it('says in the box’s words what it refuses, and that no box is there', async () => {
    const { box } = await connected();
    await expect(box.configure('nobody', {})).rejects.toThrow('The box refuses POST /api/vendors/nobody/settings: ');
    const closed = await tinyBox();
    await closed.close();
    await expect(connectBox(closed.url).vendors()).rejects.toThrow(`No box answers at ${closed.url}.`);
  });
});
