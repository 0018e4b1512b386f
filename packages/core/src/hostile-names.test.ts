import { inspect } from 'node:util';
import fc from 'fast-check';
import * as v from 'valibot';
import { afterAll, describe, expect, it } from 'vitest';
import { fake } from './client/sms-client.test.fixture.js';
import { issuer } from './client/verifications.test.fixture.js';
import { smsOptionsFromConfig, smsOptionsFromEnv } from './configuration/index.js';
import { shownName } from './errors/shown-name.js';
import { SmsError } from './errors/sms-error.js';
import { createSmsClient, isSmsError, withCircuitBreaker } from './index.js';
import { orderProviders } from './inversify/sms-module.js';
import { deadlineAfter, parseOptions, refused } from './provider-kit/index.js';

const to = '+8613800138000';
const templates = { shipped: { params: ['order'], text: 'Order {order}' } };
const sms = createSmsClient({ providers: [fake('a'), issuer('b')], templates, guard: false });
afterAll(() => sms.close());

const factories = { acme: () => fake('acme') };
const config = (settings: object) =>
  smsOptionsFromConfig({ providers: [{ type: 'acme' }], ...settings }, { env: {}, factories });
const environment = (name: string) => smsOptionsFromEnv({ POLYSMS_PROVIDERS: 'acme', [name]: '1' }, { factories });
const with_ = (name: string, value: unknown = 1) => ({ [name]: value });

/** Everywhere a name can come in that somebody else chose. Each must refuse it. */
const entries: readonly (readonly [string, (name: string) => unknown])[] = [
  ['a field of send()', (name) => sms.send({ to, text: 'x', ...with_(name) })],
  ['via of send()', (name) => sms.send({ to, text: 'x', via: [name] })],
  ['a template', (name) => sms.send({ to, template: name })],
  ['a parameter', (name) => sms.send({ to, template: 'shipped', params: { order: '1', [name]: '2' } })],
  ['an option of sendMany()', (name) => sms.sendMany([], with_(name))],
  ['an event', (name) => sms.on(name as 'attempt', () => {})],
  ['a field of start()', (name) => sms.verifications.start({ to, ...with_(name) })],
  ['via of start()', (name) => sms.verifications.start({ to, via: [name] })],
  ['a field of check()', (name) => sms.verifications.check({ id: 'x', code: '1', ...with_(name) })],
  ['an option of the client', (name) => createSmsClient({ providers: [fake('a')], ...with_(name) })],
  ['an option of the guard', (name) => createSmsClient({ providers: [fake('a')], guard: with_(name) })],
  ['an option of the breaker', (name) => createSmsClient({ providers: [fake('a')], breaker: with_(name) })],
  ['the id of a provider, twice', (name) => createSmsClient({ providers: [fake(name), fake(name)] })],
  ['a provider of a route', (name) => createSmsClient({ providers: [fake('a')], routes: [{ providers: [name] }] })],
  [
    'a weight',
    (name) =>
      createSmsClient({
        providers: [fake('a')],
        routes: [{ providers: ['a'], strategy: 'weighted', weights: with_(name, -1) as Record<string, number> }],
      }),
  ],
  [
    'the name of a template',
    (name) => createSmsClient({ providers: [fake('a')], templates: with_(name, { no: 1 }) as never }),
  ],
  ['a field of a template', (name) => createSmsClient({ providers: [fake('a')], templates: { t: with_(name) } })],
  [
    'a parameter of a template',
    (name) => createSmsClient({ providers: [fake('a')], templates: { t: { text: `{${name}}` } } }),
  ],
  [
    'the provider of a template',
    (name) =>
      createSmsClient({
        providers: [fake('a')],
        templates: { t: { text: 'x', providers: with_(name, { template: 'T' }) as never } },
      }),
  ],
  [
    'a language',
    (name) => createSmsClient({ providers: [fake('a')], verification: { text: with_(name, '{code}') as never } }),
  ],
  [
    'a template of verifications',
    (name) => createSmsClient({ providers: [fake('a')], verification: { template: name } }),
  ],
  [
    'a placeholder of verifications',
    (name) => createSmsClient({ providers: [fake('a')], verification: { text: `{code}{${name}}` } }),
  ],
  ['a setting', (name) => config(with_(name))],
  ['a setting inside another one', (name) => config({ guard: { limits: with_(name) } })],
  [
    'a weight of a configuration',
    (name) => config({ routes: [{ providers: ['acme'], strategy: 'weighted', weights: with_(name, 'x') }] }),
  ],
  ['an option of a provider', (name) => config({ providers: [{ type: 'acme', ...with_(name, { env: 'NOT_SET' }) }] })],
  ['the type of a provider', (name) => config({ providers: [{ type: name }] })],
  ['a variable of a reference', (name) => config({ providers: [{ type: 'acme', appKey: { env: name } }] })],
  [
    'a factory',
    (name) =>
      smsOptionsFromConfig({ providers: [{ type: name }] }, { env: {}, factories: { [name]: () => ({}) as never } }),
  ],
  ['a variable', (name) => environment(`POLYSMS_${name}`)],
  ['a variable of a provider', (name) => environment(`POLYSMS_ACME_${name}`)],
  ['the list of providers', (name) => smsOptionsFromEnv({ POLYSMS_PROVIDERS: name }, { factories })],
  ['the order of providers', (name) => orderProviders([fake('a')], [name])],
  ['an option of a provider of the kit', (name) => parseOptions('acme()', v.strictObject({}), with_(name))],
];

async function errorOf(call: () => unknown): Promise<SmsError> {
  try {
    await call();
  } catch (error) {
    if (isSmsError(error)) return error;
    throw error;
  }
  throw new Error('It was taken.');
}

/** What a logger may write of an error. */
const formsOf = (error: SmsError) => [
  error.message,
  String(error),
  inspect(error),
  error.stack ?? '',
  JSON.stringify(error),
];

const forged = '\nINFO admin approved';
const hostile = [
  `x${forged}`,
  `x\r${forged}`,
  'x\u001b[2J\u001b]0;owned\u0007',
  'x\u2028INFO admin approved\u2029',
  'x\u0085INFO admin approved',
  'x\u202Edevorppa\u2066',
  'x\u200B\uFEFF\u{E0041}',
  'half \ud83d',
];

describe.each(entries)('a name in the place of %s', (_place, enter) => {
  it('forges no line, and hides nothing', async () => {
    for (const name of hostile) {
      for (const form of formsOf(await errorOf(() => enter(name)))) {
        expect(form).not.toMatch(/^INFO/mu);
        expect(form.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      }
    }
  });

  it('is cut, whatever its length', async () => {
    for (const letter of ['x', '_', '\n', '😀', 'A_']) {
      const error = await errorOf(() => enter(letter.repeat(200_000)));
      expect(error.message.length).toBeLessThan(2_000);
      for (const form of formsOf(error)) expect(form.length).toBeLessThan(10_000);
    }
  });
});

describe('an error', () => {
  const details = { code: 'timeout', outcome: 'unknown' } as const;

  it('is safe to show, whatever a provider made it of', () => {
    for (const name of hostile) {
      const attempts = [
        { provider: name, outcome: 'unknown', durationMs: 1, code: 'timeout', providerCode: name },
      ] as const;
      const error = new SmsError({ ...details, message: 'No answer.', provider: name, providerCode: name, attempts });
      expect(inspect(error)).not.toMatch(/^INFO/mu);
      expect(inspect(error).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      expect([error.providerCode, error.attempts[0]?.providerCode].join()).not.toMatch(
        /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u,
      );
    }
  });

  it('has no message and no vendor code of megabytes', () => {
    const long = 'x'.repeat(5_000_000);
    const error = new SmsError({ ...details, message: long, providerCode: long });
    expect(error.message.length).toBeLessThan(11_000);
    expect(error.providerCode?.length).toBeLessThan(200);
  });

  it('keeps its lines, but no character that a terminal obeys', () => {
    const message = '2 problems:\n  one\n  two\u001b[2J';
    expect(new SmsError({ ...details, message }).message).toBe('2 problems:\n  one\n  two\\u001b[2J');
  });
});

it('events tell a vendor’s code as errors do', async () => {
  const failing = fake('a', [refused('content_rejected', 'No.', { providerCode: `9${forged}${'x'.repeat(1_000)}` })]);
  await using client = createSmsClient({ providers: [failing] });
  const told: (string | undefined)[] = [];
  client.on('attempt', ({ providerCode }) => told.push(providerCode));
  await errorOf(() => client.send({ to, text: 'x' }));
  expect(told).toHaveLength(1);
  expect(told[0]).toMatch(/^9\\u000aINFO admin approvedx{1,128}$/);
});

it('the circuit of a provider names it safely', async () => {
  const wrapper = withCircuitBreaker(fake(`a${forged}`, [refused('authentication_failed', 'No.')]), {
    minimumCalls: 1,
  });
  const message = {
    kind: 'text',
    id: 'message-1',
    to: { e164: to, callingCode: '86', nationalNumber: '13800138000', country: 'CN' },
    text: 'x',
  } as const;
  const send = () => wrapper.send(message, { deadline: deadlineAfter(1_000) });
  await send();
  expect(await send()).toMatchObject({ code: 'circuit_open', message: expect.stringContaining('"a\\nINFO admin') });
});

describe('a name that is shown', () => {
  it.each([
    ['order', 'order'],
    ['POLYSMS_BREAKER_OPEN_MS', 'POLYSMS_BREAKER_OPEN_MS'],
    ['mob-backup.eu', 'mob-backup.eu'],
    ['', '""'],
    ['two words', '"two words"'],
    ['订单', '"订单"'],
    ['a"b', '"a\\"b"'],
    ['a\nb', '"a\\nb"'],
    ['a\u2028b\u{E0041}', '"a\\u2028b\\udb40\\udc41"'],
    ['x'.repeat(129), `"${'x'.repeat(64)}…"`],
    [Symbol('a\nb'), '"Symbol(a\\nb)"'],
    [Object.create(null), 'object'],
    [undefined, 'undefined'],
  ])('%j is %s', (name, shown) => {
    expect(shownName(name)).toBe(shown);
  });

  it('is on one line, short, and all that is in it can be seen', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (name) => {
        expect(shownName(name)).toMatch(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]{1,500}$/u);
      }),
    );
  });
});
