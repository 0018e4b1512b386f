import type { MessageQuery } from '@polysms/core/provider-kit';
import { describe, expect, it } from 'vitest';
import { type Bench, code, context, queryOf, startAliyun, to } from './aliyun.test.fixture.js';

const minuteMs = 60_000;
const notice = {
  kind: 'template',
  to,
  template: 'SMS_100000002',
  params: [
    { name: 'order', value: '42' },
    { name: 'carrier', value: 'SF' },
  ],
} as const;

async function find({ provider, clock }: Bench, changes: Partial<MessageQuery> = {}) {
  const query = { id: code.id, to, sentFrom: clock.now(), sentUntil: clock.now(), ...changes };
  return provider.lookup?.find(query, context());
}

const row = {
  PhoneNum: '13800138000',
  SendStatus: 1,
  ErrCode: '',
  TemplateCode: 'SMS_1',
  Content: 'secret',
  OutId: code.id,
};
const listOf = (rows: readonly unknown[], TotalCount: unknown = rows.length) => ({
  Code: 'OK',
  TotalCount,
  SmsSendDetailDTOs: { SmsSendDetailDTO: rows },
});

describe('a look-up', () => {
  it('reads all pages of the phone and the day', async () => {
    const bench = await startAliyun();
    const { provider, clock, simulator } = bench;
    const ids = Array.from({ length: 45 }, (_, index) => `message-${index}`);
    for (const id of ids) await provider.send({ ...notice, id }, context());
    clock.advance(10_000);
    const before = simulator.requests.length;
    expect(await find(bench, { id: 'message-0' })).toMatchObject({ outcome: 'found' });
    const pages = simulator.requests.slice(before).map(({ path }) => queryOf(path).get('CurrentPage'));
    expect(pages).toEqual(['1', '2', '3']);
    expect(await find(bench, { id: 'message-' })).toEqual({ outcome: 'inconclusive' });
    expect(simulator.requests.length).toBe(before + 6);
  });

  it('tells what a report would, as it comes', async () => {
    const bench = await startAliyun({ receipts: { '+8613900139000': 'PORT_NOT_REGISTERED' } });
    const other = { ...to, e164: '+8613900139000', nationalNumber: '13900139000' };
    bench.simulator.configureReports({ delayMs: 60_000 });
    await bench.provider.send(code, context());
    await bench.provider.send({ ...code, to: other }, context());
    const sent = bench.clock.now();
    bench.clock.advance(10_000);
    expect(await find(bench)).toEqual({ outcome: 'found', state: 'queued' });
    bench.clock.advance(60_000);
    const at = sent + 60_000;
    expect(await find(bench)).toEqual({ outcome: 'found', state: 'delivered', providerCode: 'DELIVERED', at });
    expect(await find(bench, { to: other })).toEqual({
      outcome: 'found',
      state: 'rejected',
      reason: 'unregistered_sender',
      providerCode: 'PORT_NOT_REGISTERED',
      at,
    });
  });

  it.each([
    ['23:49', ['20250101']],
    ['23:55', ['20250101', '20250102']],
    ['00:05', ['20250101', '20250102']],
    ['00:11', ['20250102']],
  ])('of a message at %s in Beijing asks for %j', async (time, days) => {
    const bench = await startAliyun();
    const day = time.startsWith('23') ? '2025-01-01' : '2025-01-02';
    const at = Date.parse(`${day}T${time}:00+08:00`);
    expect(await find(bench, { sentFrom: at, sentUntil: at })).toEqual({ outcome: 'absent' });
    const asked = bench.simulator.requests.map(({ path }) => queryOf(path).get('SendDate'));
    expect(asked).toEqual(days);
  });

  it('of a send that lasted over days asks for each of them', async () => {
    const bench = await startAliyun();
    const sentFrom = bench.clock.now() - 2 * 24 * 60 * minuteMs;
    await find(bench, { sentFrom });
    const asked = bench.simulator.requests.map(({ path }) => queryOf(path).get('SendDate'));
    expect(asked).toEqual(['20241231', '20250101', '20250102']);
  });

  it('never proves absence', async () => {
    const bench = await startAliyun();
    expect(bench.provider.lookup).toMatchObject({ absenceProves: false, visibleAfterMs: 10_000 });
    const asked = { sentFrom: bench.clock.now(), sentUntil: bench.clock.now() };
    bench.clock.advance(9_999);
    expect(await find(bench, asked)).toEqual({ outcome: 'inconclusive' });
    bench.clock.advance(1);
    expect(await find(bench, asked)).toEqual({ outcome: 'absent' });
  });

  it.each([
    [
      { SendStatus: '3', ErrCode: 'DELIVERED' },
      { state: 'delivered', providerCode: 'DELIVERED' },
    ],
    [
      { SendStatus: 2, ErrCode: 'MOBLLE_TERMINAL_ERROR' },
      { state: 'undelivered', reason: 'unreachable' },
    ],
    [{ SendStatus: 1, ErrCode: 'REQUEST_SUCCESS' }, { state: 'sent' }],
    [{ SendStatus: 9 }, {}],
    [{ SendStatus: undefined }, {}],
  ])('of the row %j finds %j', async (changes, expected) => {
    const bench = await startAliyun();
    bench.answer(listOf([{ ...row, ...changes }]));
    const outcome = await find(bench);
    expect(outcome).toMatchObject({ outcome: 'found', ...expected });
    expect(JSON.stringify(outcome)).not.toContain('secret');
    if (!('state' in expected)) expect(outcome).not.toHaveProperty('state');
  });

  it('takes a count as a text or as a number, and no count at all', async () => {
    for (const count of ['1', 1, undefined, 'many']) {
      const bench = await startAliyun();
      bench.answer(listOf([{ ...row, OutId: 'another' }], count));
      expect(await find(bench)).toMatchObject({ outcome: 'inconclusive' });
      expect(bench.simulator.requests).toHaveLength(1);
    }
  });

  it('ends where a page has no rows, whatever the count promises', async () => {
    const bench = await startAliyun();
    bench.answer(listOf([], 1_000_000));
    expect(await find(bench)).toMatchObject({ outcome: 'inconclusive' });
  });

  it('is unknown where the answer is no list, and found in no OutId that only looks like ours', async () => {
    const bench = await startAliyun();
    for (const body of [{ Code: 'OK' }, { Code: 'OK', TotalCount: 1, SmsSendDetailDTOs: [] }]) {
      bench.answer(body);
      expect(await find(bench)).toMatchObject({ outcome: 'unknown', code: 'invalid_response' });
    }
    bench.answer({ Code: 'OK', TotalCount: 0 });
    expect(await find(bench)).toEqual({ outcome: 'inconclusive' });
    bench.answer(listOf([null, 7, { ...row, OutId: [code.id] }, { ...row, OutId: ` ${code.id}` }]));
    expect(await find(bench)).toEqual({ outcome: 'inconclusive' });
  });

  it('hands on what refuses it, on whichever page', async () => {
    const bench = await startAliyun();
    bench.answer(listOf([{ ...row, OutId: 'another' }], 40));
    bench.simulator.fail({ kind: 'answer', name: 'isp.RAM_PERMISSION_DENY' });
    expect(await find(bench)).toMatchObject({ outcome: 'refused', code: 'permission_denied' });
  });
});
