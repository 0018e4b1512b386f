import { formatBeijingTime, type ProviderEvent, type WebhookReading } from '@polysms/core/provider-kit';
import { describe, expect, it } from 'vitest';
import { code, context, keys } from './aliyun.test.fixture.js';
import { aliyun } from './index.js';
import { pushOf } from './pushes.test.fixture.js';
import { receiptCodes } from './receipts.js';

const secret = 'a-secret-of-the-account';
const { webhooks } = aliyun({ ...keys, webhooks: { secret } });
const at = Date.UTC(2025, 0, 2, 3, 4, 15);
const row = {
  phone_number: '13800138000',
  send_time: '2025-01-02 11:04:05',
  report_time: formatBeijingTime(at),
  success: false,
  err_code: 'MOBILE_NOT_ON_SERVICE',
  sms_size: '2',
  biz_id: '123456789012345678^0',
  out_id: code.id,
};

async function read(body: unknown, url?: string, method = 'POST'): Promise<WebhookReading | undefined> {
  const push = pushOf(secret, typeof body === 'string' ? body : JSON.stringify(body));
  return webhooks?.read({ ...push, method, url: url ?? push.url }, { ...context(), now: at, toleranceMs: 0 });
}

async function eventsOf(...rows: readonly object[]): Promise<readonly ProviderEvent[]> {
  const reading = await read(rows);
  return reading?.outcome === 'verified' ? reading.events : [];
}

async function stateOf(changes: object): Promise<string> {
  const [event] = await eventsOf({ ...row, ...changes });
  return event?.kind === 'report' ? [event.state, event.reason].filter(Boolean).join(' ') : 'nothing';
}

describe('a receipt', () => {
  /** As the page of the vendor has them. */
  const documented: Readonly<Record<string, string>> = {
    REQUEST_SUCCESS: 'undelivered other',
    DELIVERED: 'undelivered other',
    MOBILE_NOT_ON_SERVICE: 'undelivered unreachable',
    INVALID_NUMBER: 'undelivered unknown_subscriber',
    MOBILE_ACCOUNT_ABNORMAL: 'undelivered unreachable',
    MOBLLE_TERMINAL_ERROR: 'undelivered unreachable',
    MOBILE_TERMINAL_ERROR: 'undelivered unreachable',
    SP_UNKNOWN_ERROR: 'undelivered carrier_fault',
    SP_UNKNOW_ERROR: 'undelivered carrier_fault',
    SP_NOT_BY_INTER_SMS: 'undelivered other',
    EXPIRED: 'expired',
    MOBILE_SEND_LIMIT: 'rejected other',
    MOBILE_IN_BLACK: 'rejected blocked',
    USER_REJECT: 'rejected opted_out',
    CONTENT_KEYWORD: 'rejected filtered',
    CONTENT_ERROR: 'rejected filtered',
    NO_ROUTE: 'rejected carrier_fault',
    IS_CLOSE: 'rejected carrier_fault',
    PORT_NOT_REGISTERED: 'rejected unregistered_sender',
    PARAMS_ILLEGAL: 'rejected other',
  };

  it('has a test for each of its codes', () => {
    expect([...receiptCodes.keys()].sort()).toEqual(Object.keys(documented).sort());
  });

  it.each(Object.entries({ ...documented, REQUEST_SUCCESS: 'sent' }))('%s is %s', async (err_code, expected) => {
    expect(await stateOf({ err_code })).toBe(expected);
  });

  it.each([
    ['isv.BLACK_KEY_CONTROL_LIMIT', 'rejected blocked'],
    ['isv.SMS_SIGNATURE_ILLEGAL', 'rejected unregistered_sender'],
    ['isv.SMS_CONTENT_ILLEGAL', 'rejected filtered'],
    ['BUSINESS_LIMIT_CONTROL', 'rejected other'],
    ['isp.SYSTEM_ERROR', 'rejected carrier_fault'],
    ['isv.NOBODY_KNOWS_THIS', 'rejected other'],
    ['NOBODY_KNOWS_THIS', 'undelivered other'],
    ['toString', 'undelivered other'],
    ['', 'undelivered other'],
    [undefined, 'undelivered other'],
  ])('%s, a refusal that comes after an OK, is %s', async (err_code, expected) => {
    expect(await stateOf({ err_code })).toBe(expected);
  });

  it('of a success is delivered, unless no carrier says so', async () => {
    expect(await stateOf({ success: true, err_code: 'DELIVERED' })).toBe('delivered');
    expect(await stateOf({ success: true, err_code: 'MOBILE_IN_BLACK' })).toBe('delivered');
    expect(await stateOf({ success: true, err_code: 'REQUEST_SUCCESS' })).toBe('sent');
  });

  it.each([undefined, null, 'true', 1])(
    'without a clear yes or no (%j) says no more than that it is there',
    async (success) => {
      expect(await stateOf({ success, err_code: 'DELIVERED' })).toBe('queued');
    },
  );

  it('is about our id, the vendor’s, the phone and a moment in Beijing', async () => {
    expect(await eventsOf(row)).toEqual([
      {
        kind: 'report',
        id: code.id,
        reference: row.biz_id,
        to: '+8613800138000',
        state: 'undelivered',
        reason: 'unreachable',
        providerCode: 'MOBILE_NOT_ON_SERVICE',
        at,
        segments: 2,
      },
    ]);
  });

  it('of another program has an OutId that is none of ours', async () => {
    for (const out_id of ['order-42', '', null, undefined]) {
      const [event] = await eventsOf({ ...row, out_id });
      expect(event?.kind === 'report' && [event.id, event.reference]).toEqual([undefined, row.biz_id]);
    }
  });

  it.each([
    ['13800138000', '+8613800138000'],
    ['8613800138000', '+8613800138000'],
    ['+8613800138000', '+8613800138000'],
    ['85251234567', '+85251234567'],
    // A phone in China, or one in North America with its calling code.
    ['13102345678', undefined],
    ['12025550123', '+12025550123'],
    ['', undefined],
    [null, undefined],
  ])('of the phone %s names %s', async (phone_number, expected) => {
    const [event] = await eventsOf({ ...row, phone_number });
    expect(event?.to).toBe(expected);
  });

  it.each([
    ['1', 'delivered'],
    ['2', 'undelivered other'],
    ['6', 'expired'],
    [1, 'delivered'],
    ['7', 'queued'],
  ])('of the international product with the status %j is %s', async (Status, expected) => {
    const ReceiveDate = 'Thu, 02 Jan 2025 11:04:15 +0800';
    const [event] = await eventsOf({ To: '85251234567', Status, MessageId: '1008', TaskId: code.id, ReceiveDate });
    expect(event).toMatchObject({ id: code.id, reference: '1008', to: '+85251234567', at });
    expect(event?.kind === 'report' && [event.state, event.reason].filter(Boolean).join(' ')).toBe(expected);
  });

  it('of the international product without a zone is of Beijing’s, wherever it is read', async () => {
    const ReceiveDate = row.report_time;
    expect(await eventsOf({ To: '85251234567', Status: '1', MessageId: '1008', ReceiveDate })).toMatchObject([{ at }]);
  });
});

it('a receipt with a field of replies, which the vendor may add, stays a receipt', async () => {
  for (const content of ['【示例签名】…', null, 5]) {
    expect(await eventsOf({ ...row, content })).toMatchObject([{ kind: 'report', reference: row.biz_id }]);
  }
});

describe('a reply', () => {
  const reply = {
    phone_number: '13800138000',
    content: 'Yes',
    send_time: row.report_time,
    dest_code: '1234',
    sequence_id: '7',
  };

  it('has its key as a text or as a number', async () => {
    const expected = { kind: 'inbound', from: '+8613800138000', to: '1234', text: 'Yes', at, reference: '7' };
    expect(await eventsOf(reply, { ...reply, sequence_id: 7 })).toEqual([expected, expected]);
  });

  it.each(['R', 'r', ' R\n'])('that is %j stops', async (content) => {
    expect(await eventsOf({ ...reply, content })).toMatchObject([{ optOut: 'stop' }]);
  });

  it.each(['Right', 'T', 'STOP', ''])('that is %j is left to the client’s words', async (content) => {
    const [event] = await eventsOf({ ...reply, content });
    expect(event).toMatchObject({ text: content });
    expect(event).not.toHaveProperty('optOut');
  });
});

describe('a push', () => {
  it('is believed with the secret as the last segment, too', async () => {
    expect(await read([row], `https://app.example/${secret}`)).toMatchObject({ outcome: 'verified' });
  });

  it.each([
    'https://app.example/sms/aliyun',
    'https://app.example/sms/aliyun?token=',
    `https://app.example/sms/aliyun?token=${secret}x`,
    `https://app.example/${secret}/aliyun`,
  ])('to %s is not believed', async (url) => {
    expect(await read([row], url)).toMatchObject({ outcome: 'rejected', reason: 'signature', reply: { status: 403 } });
  });

  it('loses no row for one that cannot be read', async () => {
    expect(await eventsOf({}, row, { content: 'Yes' }, row)).toHaveLength(2);
  });

  it('of nothing but such rows is malformed, so that somebody notices', async () => {
    const malformed = { outcome: 'rejected', reason: 'malformed', reply: { status: 400 } };
    for (const body of [[{}], [{ content: 'Yes' }], {}, 'x']) expect(await read(body)).toMatchObject(malformed);
    expect(await read([row], undefined, 'GET')).toMatchObject({ reason: 'malformed', reply: { status: 405 } });
  });

  it('of no rows at all is a test of the console', async () => {
    expect(await read([])).toMatchObject({ outcome: 'verified', events: [], reply: { status: 200 } });
  });
});
