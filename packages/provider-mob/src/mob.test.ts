import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { type CallContext, deadlineAfter, parsePhoneNumber, SmsError } from '@polysms/core/provider-kit';
import { MockAgent } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { mob } from './mob.js';

const appKey = 'canary-appkey';
const to = parsePhoneNumber('+8613800138000');
const context = (): CallContext => ({ deadline: deadlineAfter(5_000) });
const order = { kind: 'template', to, template: '2901', params: [{ name: 'order', value: '42' }] } as const;

interface Seen {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly fields: Record<string, string>;
}

const seen: Seen[] = [];
let answer: (response: ServerResponse) => void = (response) => response.end('{"status":200}');
let server: Server;
let baseUrl: string;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const fields = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
    seen.push({ method: request.method, path: request.url, headers: request.headers, fields });
    answer(response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  seen.length = 0;
  for (const provider of opened.splice(0)) await provider.close();
});

function account(options: Partial<Parameters<typeof mob>[0]> = {}) {
  const provider = mob({ appKey, baseUrl, ...options });
  opened.push(provider);
  return provider;
}

function answers(body: string, status = 200, headers: Record<string, string> = {}) {
  answer = (response) => response.writeHead(status, headers).end(body);
}

const operations = {
  sendmsg: () => account().verification.start({ to }, context()),
  checkcode: () => account().verification.check({ to, code: '1234' }, context()),
  verify: () => account().verifySdkCode({ phone: '+8613800138000', code: '1234' }, context()),
  'custom/msg': () => account().send(order, context()),
} as const;
type Operation = keyof typeof operations;

describe('the requests on the wire', () => {
  const headers = {
    'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
    accept: 'application/json',
  };

  it.each<[Operation, string, Record<string, string>]>([
    ['sendmsg', '/sms/sendmsg', { appkey: appKey, zone: '86', phone: '13800138000' }],
    ['checkcode', '/sms/checkcode', { appkey: appKey, zone: '86', phone: '13800138000', code: '1234' }],
    ['verify', '/sms/verify', { appkey: appKey, zone: '86', phone: '13800138000', code: '1234' }],
    ['custom/msg', '/custom/msg', { appKey, templateCode: '2901', zone: '86', phone: '13800138000', order: '42' }],
  ])('of %s', async (operation, path, fields) => {
    answers('{"status":200}');
    await operations[operation]();
    expect(seen).toEqual([{ method: 'POST', path, fields, headers: expect.objectContaining(headers) }]);
  });

  it('carry odd characters unharmed', async () => {
    answers('{"status":200}');
    const params = [{ name: 'words', value: '短信 a&b=c%20+d\n✓' }];
    await account().send({ ...order, params }, context());
    expect(seen[0]?.fields['words']).toBe('短信 a&b=c%20+d\n✓');
  });

  it('put Hong Kong, Macao and Taiwan into zones of their own', async () => {
    answers('{"status":200}');
    for (const number of ['+85291234567', '+85366123456', '+886912345678']) {
      await account().verification.start({ to: parsePhoneNumber(number) }, context());
    }
    expect(seen.map(({ fields }) => [fields['zone'], fields['phone']])).toEqual([
      ['852', '91234567'],
      ['853', '66123456'],
      ['886', '912345678'],
    ]);
  });

  it('name the verification template when there is one', async () => {
    answers('{"status":200}');
    await account({ verificationTemplate: '1319972' }).verification.start({ to }, context());
    expect(seen[0]?.fields['templateCode']).toBe('1319972');
  });

  it('go to the base URL’s path, with and without a slash at its end', async () => {
    answers('{"status":200}');
    await account({ baseUrl: `${baseUrl}/gateway/` }).verification.start({ to }, context());
    await account({ baseUrl: `${baseUrl}/gateway` }).verification.start({ to }, context());
    await account({ customBaseUrl: `${baseUrl}/custom-host` }).send(order, context());
    expect(seen.map(({ path }) => path)).toEqual([
      '/gateway/sms/sendmsg',
      '/gateway/sms/sendmsg',
      '/custom-host/custom/msg',
    ]);
  });

  it('are made once, whatever the answer', async () => {
    for (const status of [500, 218, 467, 999]) {
      answers(`{"status":${status}}`);
      for (const operation of Object.values(operations)) await operation();
    }
    expect(seen.length).toBe(16);
  });
});

describe('messages that Mob would misread are not sent', () => {
  it.each([
    ['free text', { kind: 'text', to, text: 'hi' } as const, 'unsupported_message', /no free text/],
    ['no template', { ...order, template: ' ' }, 'template_rejected', /template: /],
    ['a reserved variable', { ...order, params: [{ name: 'phone', value: '1' }] }, 'template_rejected', /phone/],
    [
      'half a character',
      { ...order, params: [{ name: 'order', value: '\uD83D' }] },
      'template_rejected',
      /well-formed/,
    ],
    [
      'a value that is no text',
      { ...order, params: [{ name: 'order', value: undefined as unknown as string }] },
      'template_rejected',
      /order is not a string/,
    ],
    ['a variable without a name', { ...order, params: [{ name: '', value: '1' }] }, 'template_rejected', /no name/],
    [
      'a variable given twice',
      { ...order, params: [...order.params, ...order.params] },
      'template_rejected',
      /order is given twice/,
    ],
  ])('%s', async (_name, message, code, explanation) => {
    const outcome = await account().send(message, context());
    expect(outcome).toMatchObject({ outcome: 'not-sent', code, message: expect.stringMatching(explanation) });
    expect(seen).toEqual([]);
  });

  it.each(['', '1'.repeat(33), null as unknown as string])('a code that cannot be one: %j', async (code) => {
    const { verification } = account();
    expect(await verification.check({ to, code }, context())).toMatchObject({
      outcome: 'not-sent',
      code: 'invalid_request',
    });
    expect(seen).toEqual([]);
  });

  it('an SDK code for a phone that is none', async () => {
    const outcome = await account().verifySdkCode({ phone: '13800138000', code: '1234' });
    expect(outcome).toMatchObject({ outcome: 'not-sent', code: 'invalid_phone_number' });
    expect(seen).toEqual([]);
  });
});

type Expected = string;
const sms: Record<number, Expected> = {
  400: 'refused invalid_request',
  405: 'refused authentication_failed',
  406: 'refused authentication_failed',
  407: 'refused invalid_request',
  408: 'refused invalid_request',
  418: 'unknown provider_unavailable',
  429: 'refused rate_limited',
  454: 'refused invalid_request',
  456: 'refused invalid_request',
  457: 'refused invalid_phone_number',
  458: 'refused recipient_blocked',
  459: 'refused permission_denied',
  460: 'refused permission_denied',
  461: 'refused unsupported_destination',
  462: 'refused recipient_rate_limited',
  463: 'refused recipient_rate_limited',
  464: 'refused recipient_rate_limited',
  465: 'refused recipient_rate_limited',
  466: 'refused invalid_request',
  469: 'refused permission_denied',
  470: 'refused insufficient_balance',
  471: 'refused ip_not_allowed',
  474: 'refused permission_denied',
  476: 'refused rate_limited',
  477: 'refused recipient_rate_limited',
  478: 'refused recipient_rate_limited',
  500: 'unknown provider_unavailable',
  512: 'refused permission_denied',
  513: 'refused authentication_failed',
  515: 'unknown provider_unavailable',
  518: 'refused invalid_phone_number',
  519: 'refused recipient_rate_limited',
  526: 'refused insufficient_balance',
};
const send: Record<number, Expected> = { ...sms, 200: 'accepted', 524: 'refused recipient_rate_limited' };
const check: Record<number, Expected> = {
  ...sms,
  200: 'approved',
  467: 'exhausted',
  468: 'incorrect',
  520: 'incorrect',
  524: 'exhausted',
};
const custom: Record<number, Expected> = {
  200: 'accepted',
  201: 'refused authentication_failed',
  202: 'refused invalid_request',
  203: 'refused authentication_failed',
  204: 'refused invalid_request',
  205: 'refused invalid_phone_number',
  206: 'refused template_rejected',
  207: 'refused template_rejected',
  208: 'refused template_rejected',
  209: 'refused content_rejected',
  210: 'refused recipient_blocked',
  211: 'refused permission_denied',
  212: 'refused permission_denied',
  213: 'refused insufficient_balance',
  214: 'refused ip_not_allowed',
  215: 'refused invalid_request',
  218: 'refused provider_unavailable',
  219: 'refused recipient_rate_limited',
  220: 'refused recipient_rate_limited',
  221: 'refused unsupported_destination',
  222: 'refused invalid_request',
};

function summary(outcome: Awaited<ReturnType<(typeof operations)[Operation]>>): string {
  return 'code' in outcome ? `${outcome.outcome} ${outcome.code}` : outcome.outcome;
}

describe.each<[Operation, Record<number, Expected>]>([
  ['sendmsg', send],
  ['checkcode', check],
  ['verify', check],
  ['custom/msg', custom],
])('every status of %s, through the wire', (operation, table) => {
  it.each(Object.entries(table))('%s is %s', async (status, expected) => {
    answers(`{"status":${status},"error":"words that may repeat ${appKey}"}`, 200, { 'content-type': 'text/plain' });
    const outcome = await operations[operation]();
    expect(summary(outcome)).toBe(expected);
    if ('code' in outcome) expect(outcome.providerCode).toBe(status);
    expect(JSON.stringify(outcome)).not.toContain(appKey);
  });

  it('and every other number is unknown, never success', async () => {
    for (let status = -1; status <= 1_000; status += 1) {
      if (status in table) continue;
      answers(`{"status":${status}}`);
      const outcome = await operations[operation]();
      expect(summary(outcome), `status ${status}`).toBe('unknown unrecognized_provider_code');
      expect(outcome).toMatchObject({ providerCode: String(status) });
    }
  });

  it.each(['462', '219'].filter((status) => status in table))('%s says how long to wait', async (status) => {
    answers(`{"status":${status}}`);
    expect(await operations[operation]()).toMatchObject({ retryAfterMs: 60_000 });
  });
});

describe.each(Object.keys(operations) as Operation[])('an answer of %s that is no verdict', (operation) => {
  const good = operation === 'checkcode' || operation === 'verify' ? 'approved' : 'accepted';

  it.each([
    ['nothing', ''],
    ['white space', ' \n'],
    ['HTML', '<html><body>status 200</body></html>'],
    ['truncated JSON', '{"status":200'],
    ['a string "200"', '{"status":"200"}'],
    ['a string "457"', '{"status":"457"}'],
    ['a list', '[{"status":200}]'],
    ['null', 'null'],
    ['a bare number', '200'],
    ['no status', '{"error":"ok"}'],
    ['status null', '{"status":null}'],
    ['status true', '{"status":true}'],
    ['status 200.5', '{"status":200.5}'],
    ['status in a list', '{"status":[200]}'],
    ['status by prototype', '{"__proto__":{"status":200}}'],
    ['status in other letters', '{"Status":200}'],
    ['two documents', '{"status":200}{"status":200}'],
  ])('is unknown: %s', async (_name, body) => {
    answers(body, 200, { 'content-type': 'application/json' });
    expect(summary(await operations[operation]())).toBe('unknown invalid_response');
  });

  it.each([['text/plain; charset=utf-8'], ['text/html'], ['application/json'], ['']])(
    'is a verdict all the same with the content type %j',
    async (type) => {
      answers('{"status":200}', 200, type === '' ? {} : { 'content-type': type });
      expect(summary(await operations[operation]())).toBe(good);
    },
  );

  it('may start with a byte order mark and have more fields', async () => {
    answers('\uFEFF{"status":200,"error":"","id":7}\r\n');
    expect(summary(await operations[operation]())).toBe(good);
  });

  it('is unknown when 20 MB come', async () => {
    answers(`{"status":200,"padding":"${'x'.repeat(20_000_000)}"}`);
    expect(summary(await operations[operation]())).toBe('unknown invalid_response');
  });

  it.each([
    [201, '{"status":200}', 'unknown invalid_response'],
    [204, '', 'unknown invalid_response'],
    [302, '', 'unknown invalid_response'],
    [400, 'Bad Request', 'refused unrecognized_provider_code'],
    [401, '', 'refused authentication_failed'],
    [403, '<html>', 'refused permission_denied'],
    [404, '<html>nginx</html>', 'refused unrecognized_provider_code'],
    [404, '{"status":200}', 'unknown invalid_response'],
    [429, '', 'refused rate_limited'],
    [500, '', 'unknown provider_unavailable'],
    [502, '<html>Bad Gateway</html>', 'unknown provider_unavailable'],
    [503, '{"status":200}', 'unknown provider_unavailable'],
  ])('is judged by HTTP %d with %j', async (status, body, expected) => {
    answers(body, status);
    expect(summary(await operations[operation]())).toBe(expected);
  });

  it('is Mob’s refusal when HTTP and Mob agree on no', async () => {
    const [status, code] = operation === 'custom/msg' ? [205, 'invalid_phone_number'] : [457, 'invalid_phone_number'];
    answers(`{"status":${status}}`, 400);
    expect(await operations[operation]()).toMatchObject({ outcome: 'refused', code, providerCode: String(status) });
  });
});

describe('the appkey', () => {
  it('is nowhere in an outcome, an SmsError, its causes, the provider or their printed forms', async () => {
    const echo = `{"status":406,"error":"illegal appkey ${appKey}"}`;
    const faults: ((response: ServerResponse) => void)[] = [
      (response) => response.end(echo),
      (response) => response.writeHead(500, { 'x-appkey': appKey }).end(echo),
      (response) => response.writeHead(404).end(appKey),
      (response) => response.end(appKey),
      (response) => response.socket?.end(`${appKey} is not HTTP\r\n\r\n`),
      (response) => response.socket?.end(`HTTP/1.1 200 OK\r\n${appKey}\r\n\r\n`),
      (response) => response.socket?.destroy(),
    ];
    for (const fault of faults) {
      answer = fault;
      for (const operation of Object.values(operations)) {
        const outcome = await operation();
        const failure = outcome as Extract<typeof outcome, { code: unknown }>;
        const error = new SmsError({ ...failure, provider: 'mob' });
        let shown = inspect([outcome, error], { depth: Infinity, showHidden: true }) + JSON.stringify([outcome, error]);
        for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
          shown += `${cause.stack}${JSON.stringify(cause)}${Object.values(cause).join()}`;
        }
        expect(shown).not.toContain(appKey);
        expect(shown).not.toContain('13800138000');
      }
    }
    expect(inspect(account(), { depth: Infinity, showHidden: true })).not.toContain(appKey);
    expect(JSON.stringify(account())).not.toContain(appKey);
  });
});

describe('a dispatcher of the caller', () => {
  it('never brings the appkey into an outcome, whatever its errors say', async () => {
    const agent = new MockAgent();
    agent.disableNetConnect();
    agent.get(baseUrl).intercept({ path: '/sms/sendmsg', method: 'POST', body: 'other' }).reply(200, '{"status":200}');
    const throwing = new MockAgent();
    throwing.dispatch = () => {
      throw Object.assign(new TypeError(`bad appkey=${appKey}`), { code: appKey, syscall: appKey, address: appKey });
    };
    for (const dispatcher of [agent, throwing]) {
      const outcome = await account({ dispatcher }).verification.start({ to }, context());
      expect(outcome.outcome).toBe('not-sent');
      expect(inspect(outcome, { depth: Infinity, showHidden: true })).not.toContain(appKey);
    }
    expect(seen).toEqual([]);
    await agent.close();
  });

  it('of an older undici is told from the rest', async () => {
    const dispatcher = new MockAgent();
    dispatcher.dispatch = (_options, handler) => {
      handler.onResponseError?.(
        {} as never,
        Object.assign(new Error('invalid onConnect method'), { code: 'UND_ERR_INVALID_ARG' }),
      );
      return true;
    };
    expect(await account({ dispatcher }).verification.start({ to }, context())).toMatchObject({
      outcome: 'not-sent',
      code: 'invalid_request',
      message: expect.stringContaining('undici 7'),
    });
  });
});

describe('options', () => {
  it.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /mob\(\): .*appKey/],
    ['no appKey', {}, /appKey/],
    ['an empty appKey', { appKey: '' }, /appKey: must be the appkey/],
    ['an appKey with a line break', { appKey: 'key\n' }, /appKey: /],
    ['a misspelt option', { appKey: 'key', appkey: 'key' }, /appkey: is not an option/],
    ['an id with spaces', { appKey: 'key', id: 'my mob' }, /id: must be 1 to 64/],
    ['a base URL that is none', { appKey: 'key', baseUrl: 'webapi.sms.mob.com' }, /baseUrl: must be a URL/],
    ['plain HTTP', { appKey: 'key', baseUrl: 'http://webapi.sms.mob.com' }, /baseUrl: must start with https/],
    ['plain HTTP for custom', { appKey: 'key', customBaseUrl: 'http://sms.mob.com' }, /customBaseUrl: must start/],
    ['no connections', { appKey: 'key', connections: 0 }, /connections: must be a whole number/],
    ['no certificate', { appKey: 'key', ca: '' }, /ca: must be certificates in PEM/],
    ['no certificates', { appKey: 'key', ca: [] }, /ca: must be certificates in PEM/],
    [
      'what the dispatcher decides',
      { appKey: 'key', dispatcher: new MockAgent(), connections: 3 },
      /connections: belongs/,
    ],
    ['verification switched off', { appKey: 'key', rejectUnauthorized: false }, /rejectUnauthorized: is not an option/],
  ])('%s: refused, naming the field', (_name, options, message) => {
    expect(() => mob(options as never)).toThrow(
      expect.objectContaining({ code: 'configuration_invalid', message: expect.stringMatching(message) }),
    );
  });

  it('never repeat the appkey in the error', () => {
    try {
      mob({ appKey: 'canary key' });
      expect.unreachable();
    } catch (error) {
      expect(inspect(error)).not.toContain('canary');
    }
  });

  it('name the account', () => {
    expect(account().id).toBe('mob');
    expect(account({ id: 'mob-backup' }).id).toBe('mob-backup');
  });
});
