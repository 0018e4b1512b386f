import { readFileSync } from 'node:fs';
import type {
  Attempt,
  CheckById,
  CheckByPhone,
  CircuitBreakerOptions,
  GuardOptions,
  LastFailure,
  ProviderHealth,
  Receipt,
  RetryBudgetOptions,
  Route,
  SendManyOptions,
  SendManyProgress,
  SendManyResult,
  SendRequest,
  SmsClientOptions,
  SmsErrorJson,
  SmsEvents,
  SmsStores,
  TemplateOptions,
  TemplateRequest,
  TextRequest,
  VerificationCheckResult,
  VerificationOptions,
  VerificationReceipt,
  VerificationStartRequest,
  VerificationStatus,
} from '@polysms/core';
import { describe, expect, it } from 'vitest';
import { root } from './repository.js';

/** The names of a type's fields: one that is missing, or too many, does not compile. */
const fieldsOf =
  <Type>() =>
  (fields: Readonly<Record<keyof Type & string, true>>): readonly string[] =>
    Object.keys(fields);

/** The names of one value of a union, such as an outcome. */
const valuesOf =
  <Value extends string>() =>
  (values: Readonly<Record<Value, true>>): readonly string[] =>
    Object.keys(values);

/** What stands below a heading, up to the next one of its level or above. */
function section(document: string, heading: string): string {
  const lines = readFileSync(root + document, 'utf8').split('\n');
  const start = lines.indexOf(heading);
  expect([heading, start >= 0]).toEqual([heading, true]);
  const rest = lines.slice(start + 1);
  const level = heading.indexOf(' ');
  const end = rest.findIndex((line) => /^#+ /.test(line) && line.indexOf(' ') <= level);
  return rest.slice(0, end < 0 ? rest.length : end).join('\n');
}

/** The cells of a row; a bar that belongs to a cell is written `\\|`. */
const cellsOf = (row: string) =>
  row
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());

/** The first cells of the rows of the first table whose head begins like this. */
function namesIn(text: string, head: string): readonly string[] {
  const lines = text.split('\n');
  const rows = lines.slice(lines.findIndex((line) => line.startsWith(`| ${head} |`)) + 2);
  const end = rows.findIndex((line) => !line.startsWith('|'));
  return rows
    .slice(0, end < 0 ? rows.length : end)
    .flatMap((row) => [...(cellsOf(row)[0] ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? ''));
}

const sorted = (names: readonly string[]) => [...new Set(names)].sort();
type Guard = Exclude<GuardOptions, false>;
type Limits = NonNullable<Guard['limits']>;
type Alarm = Exclude<NonNullable<Guard['alarm']>, false>;

const text = fieldsOf<TextRequest>()({
  to: true,
  text: true,
  senderId: true,
  via: true,
  idempotencyKey: true,
  deadlineMs: true,
  signal: true,
  onUnknown: true,
  guard: true,
  ip: true,
  screening: true,
});
const template = fieldsOf<Pick<TemplateRequest, Exclude<keyof TemplateRequest, keyof SendRequest>>>()({
  template: true,
  params: true,
});
const circuitState = valuesOf<ProviderHealth['circuit']>()({
  closed: true,
  open: true,
  'half-open': true,
  probing: true,
});

describe('docs/reference.md', () => {
  it.each<[string, string, readonly string[]]>([
    ['### `SendRequest`', 'field', [...text, ...template]],
    [
      '### `Receipt`',
      'field',
      fieldsOf<Receipt>()({ provider: true, reference: true, attempts: true, replayed: true }),
    ],
    [
      '### `Attempt`',
      'field',
      fieldsOf<Attempt>()({
        provider: true,
        outcome: true,
        durationMs: true,
        code: true,
        providerCode: true,
        transportCode: true,
        retryAfterMs: true,
      }),
    ],
    ['### `sendMany`', '`status`', valuesOf<SendManyResult<0, 0>['status']>()({ accepted: true, failed: true })],
    [
      '### `sendMany`',
      'field | type',
      fieldsOf<SendManyOptions>()({ concurrency: true, maxWaitMs: true, signal: true, onProgress: true }),
    ],
    [
      '### `sendMany`',
      'field | meaning',
      fieldsOf<SendManyProgress>()({
        done: true,
        accepted: true,
        failed: true,
        unknown: true,
        inFlight: true,
        waiting: true,
        total: true,
        elapsedMs: true,
        perSecond: true,
        remainingMs: true,
      }),
    ],
    [
      '### `VerificationStartRequest`',
      'field',
      fieldsOf<VerificationStartRequest>()({
        to: true,
        purpose: true,
        locale: true,
        via: true,
        ip: true,
        screening: true,
        deadlineMs: true,
        signal: true,
      }),
    ],
    [
      '### `VerificationReceipt`',
      'field',
      fieldsOf<VerificationReceipt>()({
        id: true,
        provider: true,
        expiresAt: true,
        resendAfterMs: true,
        attempts: true,
      }),
    ],
    [
      '### `VerificationCheckRequest`',
      'field',
      fieldsOf<CheckById & CheckByPhone>()({
        id: true,
        to: true,
        purpose: true,
        code: true,
        deadlineMs: true,
        signal: true,
      }),
    ],
    [
      '### Results of `check`',
      '`outcome`',
      valuesOf<VerificationCheckResult['outcome']>()({
        approved: true,
        incorrect: true,
        expired: true,
        exhausted: true,
        'not-found': true,
      }),
    ],
    [
      '### Status',
      '`state`',
      valuesOf<VerificationStatus['state']>()({
        pending: true,
        approved: true,
        canceled: true,
        expired: true,
        exhausted: true,
        'not-found': true,
      }),
    ],
    [
      '### `Route`',
      'field',
      fieldsOf<Route>()({ countries: true, callingCodes: true, providers: true, strategy: true, weights: true }),
    ],
    ['### `TemplateOptions`', 'field', fieldsOf<TemplateOptions>()({ params: true, text: true, providers: true })],
    [
      '### `SmsError`',
      'field',
      [
        ...fieldsOf<SmsErrorJson>()({
          name: true,
          code: true,
          message: true,
          outcome: true,
          provider: true,
          providerCode: true,
          retryAfterMs: true,
          attempts: true,
        }),
        'verificationId',
        'cause',
      ],
    ],
  ])('has a row for each name of %s, %s', (heading, head, names) => {
    expect(sorted(namesIn(section('docs/reference.md', heading), head))).toEqual(sorted(names));
  });

  const options = namesIn(section('docs/reference.md', '## Options of the client'), 'option');

  it.each<[string, readonly string[]]>([
    [
      '',
      fieldsOf<SmsClientOptions>()({
        providers: true,
        routes: true,
        defaultCountry: true,
        deadlineMs: true,
        attemptTimeoutMs: true,
        maxAttempts: true,
        retryBudget: true,
        breaker: true,
        onUnknown: true,
        templates: true,
        idempotency: true,
        verification: true,
        guard: true,
        stores: true,
      }),
    ],
    ['retryBudget.', fieldsOf<RetryBudgetOptions>()({ ratio: true, burst: true })],
    [
      'breaker.',
      fieldsOf<CircuitBreakerOptions>()({
        failureRatePercent: true,
        minimumCalls: true,
        consecutiveFailures: true,
        windowMs: true,
        openMs: true,
        maxOpenMs: true,
        random: true,
      }),
    ],
    ['onUnknown.', fieldsOf<NonNullable<SmsClientOptions['onUnknown']>>()({ message: true, verification: true })],
    ['idempotency.', fieldsOf<NonNullable<SmsClientOptions['idempotency']>>()({ store: true, ttlMs: true })],
    [
      'verification.',
      fieldsOf<VerificationOptions>()({
        pepper: true,
        codes: true,
        text: true,
        template: true,
        codeLength: true,
        lifetimeMs: true,
        maxChecks: true,
        maxFailures: true,
        failureWindowMs: true,
        tenant: true,
      }),
    ],
    [
      'guard.',
      fieldsOf<Guard>()({
        limits: true,
        prefixOmitsDigits: true,
        destinations: true,
        screen: true,
        failOpen: true,
        alarm: true,
      }),
    ],
    ['guard.limits.', fieldsOf<Limits>()({ global: true, prefix: true, ip: true, phone: true })],
    ['guard.alarm.', fieldsOf<Alarm>()({ windowMs: true, minimumStarts: true, approvalRatePercent: true })],
    ['stores.', fieldsOf<SmsStores>()({ verification: true, limits: true, idempotency: true })],
  ])('has a row for each option, and for nothing else: %s', (prefix, names) => {
    const shown = options.filter((option) => option.startsWith(prefix));
    expect(sorted(shown.map((option) => option.slice(prefix.length).split('.')[0] ?? ''))).toEqual(sorted(names));
  });

  it('gives the defaults that docs/configuration.md gives', () => {
    const rowsOf = (page: string) =>
      page
        .split('\n')
        .filter((line) => line.startsWith('| `'))
        .map(cellsOf);
    const own = rowsOf(section('docs/reference.md', '## Options of the client'));
    const given = new Map(own.map(([name = '', , , value]) => [name, value]));
    const compared = rowsOf(readFileSync(`${root}docs/configuration.md`, 'utf8'))
      .filter(([name = '', variable]) => given.has(name) && variable?.startsWith('`POLYSMS_'))
      .map(([name = '', , , value]) => ({ name, here: given.get(name), there: value }));
    expect(compared.length).toBeGreaterThan(20);
    expect(compared.filter(({ here, there }) => here !== there)).toEqual([]);
  });
});

describe('docs/operations.md', () => {
  const attempt = fieldsOf<SmsEvents['attempt']>()({
    kind: true,
    purpose: true,
    provider: true,
    attempt: true,
    to: true,
    outcome: true,
    code: true,
    providerCode: true,
    transportCode: true,
    durationMs: true,
  });
  const events: Readonly<Record<keyof SmsEvents, readonly string[]>> = {
    attempt,
    settled: fieldsOf<SmsEvents['settled']>()({
      kind: true,
      purpose: true,
      provider: true,
      attempts: true,
      to: true,
      outcome: true,
      code: true,
      durationMs: true,
    }),
    circuit: fieldsOf<SmsEvents['circuit']>()({ provider: true, from: true, to: true }),
    check: fieldsOf<SmsEvents['check']>()({ to: true, purpose: true, outcome: true, durationMs: true }),
    denied: fieldsOf<SmsEvents['denied']>()({
      kind: true,
      to: true,
      purpose: true,
      code: true,
      scope: true,
      retryAfterMs: true,
    }),
    alarm: fieldsOf<SmsEvents['alarm']>()({
      prefix: true,
      starts: true,
      approvals: true,
      approvalRatePercent: true,
      windowMs: true,
    }),
  };

  it('has a section for each event', () => {
    const headings = [...section('docs/operations.md', '## Events').matchAll(/^### `(.+)`$/gm)];
    expect(sorted(headings.map(([, name]) => name ?? ''))).toEqual(sorted(Object.keys(events)));
  });

  it.each(Object.entries(events))('has a row for each field of the event %s', (name, fields) => {
    expect(sorted(namesIn(section('docs/operations.md', `### \`${name}\``), 'field'))).toEqual(sorted(fields));
  });

  it('names every scope that refuses, and every outcome of a check', () => {
    const page = (name: string, field: string) =>
      new RegExp(`^\\| \`${field}\` \\|([^|]+)\\|`, 'm').exec(section('docs/operations.md', `### \`${name}\``))?.[1];
    const listed = (cell = '') => sorted([...cell.matchAll(/`([^`]+)`/g)].map(([, value]) => value ?? ''));
    const scopes = valuesOf<SmsEvents['denied']['scope']>()({
      destination: true,
      screen: true,
      global: true,
      prefix: true,
      ip: true,
      phone: true,
      store: true,
    });
    const outcomes = valuesOf<SmsEvents['check']['outcome']>()({
      approved: true,
      incorrect: true,
      expired: true,
      exhausted: true,
      'not-found': true,
      failed: true,
    });
    expect(listed(page('denied', 'scope'))).toEqual(sorted(scopes));
    expect(listed(page('check', 'outcome'))).toEqual(sorted(outcomes));
    expect(listed(page('circuit', 'from'))).toEqual(sorted(circuitState));
  });

  it('has a row for each field of health, and for each state of a circuit', () => {
    const health = section('docs/operations.md', '## Health');
    const fields = fieldsOf<ProviderHealth>()({
      circuit: true,
      calls: true,
      failures: true,
      probeInMs: true,
      lastFailure: true,
      refusals: true,
      lastRefusal: true,
    });
    expect(sorted(namesIn(health, 'field'))).toEqual(sorted(fields));
    expect(sorted(namesIn(health, 'circuit'))).toEqual(sorted(circuitState));
    const failure = /^`lastFailure` and `lastRefusal` have (.+) \(/m.exec(health)?.[1] ?? '';
    const parts = fieldsOf<LastFailure>()({
      code: true,
      outcome: true,
      providerCode: true,
      transportCode: true,
      at: true,
    });
    expect(sorted([...failure.matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? ''))).toEqual(sorted(parts));
  });
});
