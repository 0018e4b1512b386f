import type { ServerResponse } from 'node:http';
import { inspect } from 'node:util';
import { parsePhoneNumber, SmsError } from '@polysms/core/provider-kit';
import { MockAgent } from 'undici';
import { describe, expect, it } from 'vitest';
import { mob } from './mob.js';
import {
  account,
  answers,
  answersBy,
  appKey,
  baseUrl,
  context,
  type Operation,
  operations,
  order,
  seen,
  to,
} from './mob.test.fixture.js';

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
      await account().verification.start({ id: 'message-1', to: parsePhoneNumber(number) }, context());
    }
    expect(seen.map(({ fields }) => [fields['zone'], fields['phone']])).toEqual([
      ['852', '91234567'],
      ['853', '66123456'],
      ['886', '912345678'],
    ]);
  });

  it('name the verification template when there is one', async () => {
    answers('{"status":200}');
    await account({ verificationTemplate: '1319972' }).verification.start({ id: 'message-1', to }, context());
    expect(seen[0]?.fields['templateCode']).toBe('1319972');
  });

  it('go to the base URL’s path, with and without a slash at its end', async () => {
    answers('{"status":200}');
    await account({ baseUrl: `${baseUrl}/gateway/` }).verification.start({ id: 'message-1', to }, context());
    await account({ baseUrl: `${baseUrl}/gateway` }).verification.start({ id: 'message-1', to }, context());
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
    ['free text', { kind: 'text', id: 'message-1', to, text: 'hi' } as const, 'unsupported_message', /no free text/],
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

  it.each(['', ' ', '.', '1'.repeat(33), null as unknown as string])(
    'an SDK code that cannot be one: %j',
    async (code) => {
      const outcome = await account().verifySdkCode({ phone: to.e164, code });
      expect(outcome).toMatchObject({ outcome: 'not-sent', code: 'invalid_request' });
      expect(seen).toEqual([]);
    },
  );

  it('names of parameters that would forge a line', async () => {
    const name = 'order\nINFO admin';
    const params = [name, name].map((each) => ({ name: each, value: '1' }));
    const outcome = await account().send({ ...order, params }, context());
    expect(outcome).toMatchObject({ message: 'params: "order\\nINFO admin" is given twice' });
  });

  it('an SDK code for a phone that is none', async () => {
    const outcome = await account().verifySdkCode({ phone: '13800138000', code: '1234' });
    expect(outcome).toMatchObject({ outcome: 'not-sent', code: 'invalid_phone_number' });
    expect(seen).toEqual([]);
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
      answersBy(fault);
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
      const outcome = await account({ dispatcher }).verification.start({ id: 'message-1', to }, context());
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
    expect(await account({ dispatcher }).verification.start({ id: 'message-1', to }, context())).toMatchObject({
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
    ['no requests at all', { appKey: 'key', maxPerSecond: 0 }, /maxPerSecond: must be a number above 0/],
    ['a pace in words', { appKey: 'key', maxPerSecond: '10' }, /maxPerSecond: must be a number/],
    ['half a burst', { appKey: 'key', maxPerSecond: 1, burst: 0.5 }, /burst: must be a whole number from 1/],
    ['a burst without a pace', { appKey: 'key', burst: 5 }, /burst: belongs to maxPerSecond/],
    ['no time to keep idle sockets', { appKey: 'key', keepAliveMs: 0 }, /keepAliveMs: must be a whole number/],
    [
      'a dispatcher and a time to keep its sockets',
      { appKey: 'key', dispatcher: new MockAgent(), keepAliveMs: 3 },
      /keepAliveMs: belongs/,
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

describe('a code of the mobile SDK', () => {
  it.each(['1234\n', ' 12 34', '12-34', '1234.', '１２３４', '١٢٣٤', '"1234"', 'Code: 1234'])(
    '%j is handed over as verifications.check() would',
    async (code) => {
      await account().verifySdkCode({ phone: '+86 138/0013-8000', code }, context());
      expect(seen).toMatchObject([{ path: '/sms/verify', fields: { zone: '86', phone: '13800138000', code: '1234' } }]);
    },
  );

  it.each(['12345', '1234.0', '1234x'])('%j is not made another one', async (code) => {
    await account().verifySdkCode({ phone: '+8613800138000', code }, context());
    expect(seen).toMatchObject([{ fields: { code } }]);
  });
});
