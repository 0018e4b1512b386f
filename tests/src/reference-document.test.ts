import { readFileSync } from 'node:fs';
import type {
  Attempt,
  CheckById,
  CheckByPhone,
  CircuitBreakerOptions,
  GuardOptions,
  Receipt,
  RetryBudgetOptions,
  Route,
  SendManyOptions,
  SendManyProgress,
  SendManyResult,
  SendRequest,
  SmsClientOptions,
  SmsErrorJson,
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
import { cellsOf, fieldsOf, namesIn, section, sorted, valuesOf } from './document-tables.js';
import { root } from './repository.js';

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
  validForMs: true,
  deliverWithinMs: true,
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

describe('docs/reference.md', () => {
  it.each<[string, string, readonly string[]]>([
    ['### `SendRequest`', 'field', [...text, ...template]],
    [
      '### `Receipt`',
      'field',
      fieldsOf<Receipt>()({
        id: true,
        provider: true,
        reference: true,
        segments: true,
        price: true,
        attempts: true,
        replayed: true,
      }),
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
        messages: true,
        verification: true,
        guard: true,
        optOut: true,
        webhooks: true,
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
    ['idempotency.', fieldsOf<NonNullable<SmsClientOptions['idempotency']>>()({ ttlMs: true })],
    ['messages.', fieldsOf<NonNullable<SmsClientOptions['messages']>>()({ retainMs: true, sweepEveryMs: true })],
    [
      'verification.',
      fieldsOf<VerificationOptions>()({
        pepper: true,
        codes: true,
        text: true,
        template: true,
        codeLength: true,
        lifetimeMs: true,
        deliverWithinMs: true,
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
    [
      'optOut.',
      fieldsOf<NonNullable<SmsClientOptions['optOut']>>()({
        stopWords: true,
        startWords: true,
        verifications: true,
        reports: true,
        pepper: true,
      }),
    ],
    [
      'webhooks.',
      fieldsOf<NonNullable<SmsClientOptions['webhooks']>>()({
        publicUrl: true,
        maxBodyBytes: true,
        toleranceMs: true,
        deadlineMs: true,
      }),
    ],
    ['stores.', fieldsOf<SmsStores>()({ verification: true, limits: true, messages: true, optOuts: true })],
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
