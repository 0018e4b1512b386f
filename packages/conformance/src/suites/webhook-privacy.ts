import type { WebhookRequest } from '@polysms/core/provider-kit';
import type { Bench } from '../bench.js';
import { wrongSignature } from '../forgeries.js';
import { whatIsPrinted } from '../output.js';
import { inboundText, sampleInbound, sampleReport, signedAt } from '../sample-events.js';
import type { SuitePlan } from '../suite.js';
import { readWebhook, webhookSubjectOf } from '../webhook-reading.js';
import { confidentialOf, demandPrivate, demandSilent } from './demand-private.js';

/** Who asks without a proof learns nothing, and neither do logs. */
export function webhookPrivacyTests({ differences, test }: SuitePlan): void {
  const requests: Readonly<Record<string, (bench: Bench) => Promise<WebhookRequest>>> = {
    'a genuine request': genuineWithText,
    'a forged request': async (bench) =>
      webhookSubjectOf(bench).replaceSignature(await genuineWithText(bench), wrongSignature),
    'a request without a signature': async (bench) =>
      webhookSubjectOf(bench).replaceSignature(await genuineWithText(bench), () => undefined),
    'a stale request': (bench) => genuineWithText(bench, signedAt - 24 * 60 * 60_000),
    'a proven request that nobody can read': async (bench) => {
      const body = `[{"from":"${bench.recipient.e164}","text":"${inboundText}"`;
      return webhookSubjectOf(bench).signedBody(new TextEncoder().encode(body), signedAt);
    },
  };

  for (const [what, make] of Object.entries(requests)) {
    test(`shows nothing of ${what} in its message and its reply, and prints nothing`, async (bench) => {
      const request = await make(bench);
      const { value: reading, printed } = await whatIsPrinted(() => readWebhook(bench, request, { what }));
      const confidential = [...confidentialOf(bench, []), { what: 'the text', value: inboundText } as const];
      // Of a reading that is verified the events are what was asked for.
      const shown = reading.outcome === 'verified' ? reading.reply : reading;
      const remedy =
        'write messages and replies of your own, and copy nothing into them that came with the request, nor the secret';
      demandPrivate(`The reading of ${what}`, [shown], confidential, remedy);
      demandSilent(`read() of ${what}`, printed, confidential);
    });
  }

  async function genuineWithText(bench: Bench, at = signedAt): Promise<WebhookRequest> {
    const subject = webhookSubjectOf(bench);
    const event =
      differences.noInbound === undefined ? sampleInbound(bench, subject) : sampleReport(bench, subject, 'undelivered');
    return subject.signed([event], at);
  }
}
