import type { LastFailure, ProviderHealth, SmsEvents } from '@polysms/core';
import { describe, expect, it } from 'vitest';
import { fieldsOf, namesIn, section, sorted, valuesOf } from './document-tables.js';

const circuitState = valuesOf<ProviderHealth['circuit']>()({
  closed: true,
  open: true,
  'half-open': true,
  probing: true,
});

describe('docs/operations.md', () => {
  const attempt = fieldsOf<SmsEvents['attempt']>()({
    id: true,
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
      id: true,
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
    report: fieldsOf<SmsEvents['report']>()({
      id: true,
      kind: true,
      purpose: true,
      provider: true,
      to: true,
      reported: true,
      reason: true,
      providerCode: true,
      at: true,
      state: true,
    }),
    resolved: fieldsOf<SmsEvents['resolved']>()({
      id: true,
      kind: true,
      purpose: true,
      provider: true,
      to: true,
      outcome: true,
      by: true,
    }),
    inbound: fieldsOf<SmsEvents['inbound']>()({
      provider: true,
      from: true,
      to: true,
      text: true,
      optOut: true,
      reference: true,
      at: true,
      phone: true,
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

  it('names every scope that refuses, every reported state, and every outcome of a check', () => {
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
    const reported = valuesOf<SmsEvents['report']['reported']>()({
      queued: true,
      sent: true,
      delivered: true,
      undelivered: true,
      rejected: true,
      expired: true,
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
    expect(listed(page('report', 'reported'))).toEqual(sorted(reported));
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
