import { beforeEach, describe, expect, it, vi } from 'vitest';
import { rejected } from '../provider-kit/webhook-answers.js';
import { WebhookWarnings } from './webhook-warnings.js';
import { answering, publicUrl, webhooksOver } from './webhooks.test.fixture.js';

const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
beforeEach(() => warned.mockClear());

const said = () => warned.mock.calls.map(([text]) => text);

describe('the warning of a refused request', () => {
  it.each([
    ['signature', 'the secret and webhooks.publicUrl'],
    ['stale', 'the clock of this machine and webhooks.toleranceMs'],
    ['malformed', 'that this vendor and this kind of request belong to this provider'],
  ] as const)('says what to check: %s', async (reason, what) => {
    const { webhooks } = webhooksOver([answering('acme', rejected(reason, 'No.'))]);
    await webhooks.handle(new Request(`${publicUrl}/acme`, { method: 'POST' }));
    expect(said()).toEqual([
      `The webhook of the provider acme refused a request; if it was the vendor's, check ${what} (${reason})`,
    ]);
  });

  it('comes once for each reason of each provider', () => {
    const warnings = new WebhookWarnings();
    for (const provider of ['a', 'b', 'a', 'b']) {
      for (const reason of ['signature', 'stale'] as const) warnings.refused(provider, reason);
    }
    expect(warned).toHaveBeenCalledTimes(4);
  });
});

describe('the warning of a provider with a bug', () => {
  it('comes once for each provider, and one for requests that are none', () => {
    const warnings = new WebhookWarnings();
    for (let times = 0; times < 2; times += 1) {
      for (const provider of ['a', undefined, 'b']) warnings.broken(provider, undefined, 'no answer in time');
    }
    expect(said()).toEqual([
      'The webhook of the provider a did not answer as it must: a bug in the provider (no answer in time)',
      'A webhook did not answer as it must: a bug in the provider (no answer in time)',
      'The webhook of the provider b did not answer as it must: a bug in the provider (no answer in time)',
    ]);
  });
});
