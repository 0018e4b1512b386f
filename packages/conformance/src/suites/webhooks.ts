import type { ProviderEvent, WebhookReading, WebhookRequest } from '@polysms/core/provider-kit';
import type { Bench } from '../bench.js';
import { demand, demandEqual, reject } from '../demand.js';
import { demandSameEvents } from '../same-event.js';
import { sampleInbound, sampleReport, signedAt } from '../sample-events.js';
import type { Suite, SuitePlan } from '../suite.js';
import { genuine, readWebhook, webhookSubjectOf } from '../webhook-reading.js';
import { webhookGarbageTests } from './webhook-garbage.js';
import { webhookPrivacyTests } from './webhook-privacy.js';
import { webhookProofTests } from './webhook-proof.js';

const requestsAtOnce = 20;

/** Requests of the vendor: believed when they are its own, and read with all that they say. */
export const webhooksSuite: Suite = (plan) => {
  const { capabilities, differences, test } = plan;
  if (capabilities.webhooks !== true) {
    test('declares that the vendor does not call: webhooks is null', async ({ subject }) => {
      demandEqual(
        subject.provider.webhooks,
        null,
        "The provider's webhooks is not null",
        'set it to null, or declare capabilities.webhooks true',
      );
    });
    return;
  }

  test('reads a report with its fields, and replies that it has come', async (bench) => {
    for (const state of ['delivered', 'undelivered'] as const) {
      await demandRead(bench, [sampleReport(bench, webhookSubjectOf(bench), state)], 'a genuine report');
    }
  });

  inboundTests(plan);

  const { oneEventPerRequest } = differences;
  if (oneEventPerRequest === undefined) {
    test('reads every event of a request', async (bench) => {
      const subject = webhookSubjectOf(bench);
      const events = Array.from({ length: 3 }, () => sampleReport(bench, subject));
      await demandRead(bench, events, 'a genuine request with 3 reports');
    });
  } else {
    test(`is told one event by each request (${oneEventPerRequest})`, async (bench) => {
      const subject = webhookSubjectOf(bench);
      const events = [sampleReport(bench, subject), sampleReport(bench, subject)];
      const read = await requestOf(bench, events).then(
        (request) => readWebhook(bench, request, { what: 'a genuine request with 2 reports' }),
        () => undefined,
      );
      demand(
        eventsOf(read).length < 2,
        'A request with two events was read',
        'the declared difference has gone: remove oneEventPerRequest from the differences',
      );
    });
  }

  test('reads a request that comes twice the same both times', async (bench) => {
    const request = await genuine(bench);
    const [first, second] = [await readGenuine(bench, request), await readGenuine(bench, request)];
    demandEqual(
      JSON.stringify(second),
      JSON.stringify(first),
      'read() gave other events when the vendor repeated its request',
      'keep nothing between requests, and make up no ids: the client knows by id and reference what it has',
    );
  });

  test('reads requests in any order, and each for itself', async (bench) => {
    const subject = webhookSubjectOf(bench);
    const { id, reference, ...report } = sampleReport(bench, subject);
    const before = { ...report, id, reference, state: 'undelivered' as const, at: signedAt - 120_000 };
    const after = { ...report, id, reference };
    for (const each of [after, before, after]) await demandRead(bench, [each], 'one of several reports of a message');
  });

  test(`reads ${requestsAtOnce} requests at once, each for itself`, async (bench) => {
    const subject = webhookSubjectOf(bench);
    const reports = Array.from({ length: requestsAtOnce }, () => sampleReport(bench, subject));
    await Promise.all(reports.map((report) => demandRead(bench, [report], 'one of several requests at once')));
  });

  webhookProofTests(plan);
  webhookGarbageTests(plan);
  webhookPrivacyTests(plan);
};

function inboundTests({ differences: { noInbound }, test }: SuitePlan): void {
  if (noInbound === undefined) {
    test('reads what a person writes, every character of it', async (bench) => {
      const inbound = sampleInbound(bench, webhookSubjectOf(bench));
      for (const text of [inbound.text, 'Stop', '😀 a&b=c 50% +5 "q"']) {
        await demandRead(bench, [{ ...inbound, text }], 'a genuine inbound message');
      }
    });
    return;
  }
  test(`is told nothing of what people write (${noInbound})`, async (bench) => {
    const inbound = sampleInbound(bench, webhookSubjectOf(bench));
    const read = await requestOf(bench, [inbound]).then(
      (request) => readWebhook(bench, request, { what: 'an inbound message' }),
      () => undefined,
    );
    demandEqual(
      eventsOf(read).length,
      0,
      'An inbound message was read',
      'the declared difference has gone: remove noInbound from the differences',
    );
  });
}

async function demandRead(bench: Bench, told: readonly ProviderEvent[], what: string): Promise<void> {
  const events = await readGenuine(bench, await requestOf(bench, told), what);
  demandSameEvents(`read() of ${what}`, events, told);
}

async function requestOf(bench: Bench, told: readonly ProviderEvent[]): Promise<WebhookRequest> {
  return webhookSubjectOf(bench).signed(told, signedAt);
}

async function readGenuine(
  bench: Bench,
  request: WebhookRequest,
  what = 'a genuine request',
): Promise<readonly ProviderEvent[]> {
  const reading = await readWebhook(bench, request, { what });
  if (reading.outcome === 'verified') return reading.events;
  return reject(
    `read() rejected ${what} (${reading.reason})`,
    'prove the sender as the vendor documents it, over the bytes and the URL as they are, and compare signed times with context.now',
  );
}

function eventsOf(reading: WebhookReading | undefined): readonly ProviderEvent[] {
  return reading?.outcome === 'verified' ? reading.events : [];
}
