import { type Deadline, deadlineAfter, type WebhookReading, type WebhookRequest } from '@polysms/core/provider-kit';
import type { Bench } from './bench.js';
import { demand } from './demand.js';
import type { WebhookSubject } from './reporting-subjects.js';
import { sampleReport, signedAt } from './sample-events.js';
import { patienceMs, settled } from './settle.js';
import { describeValue } from './well-formed.js';
import { demandWellFormedEvent } from './well-formed-event.js';

/** How far a signed time may be from now, unless a test says otherwise. */
export const toleranceMs = 300_000;

interface ReadOptions {
  /** What the request is, for messages: `a genuine request`. */
  readonly what: string;
  readonly toleranceMs?: number;
  readonly deadline?: Deadline;
  readonly withinMs?: number;
}

/** Has a request read, and demands a reading as the contract describes it, in time. */
export async function readWebhook(
  bench: Bench,
  request: WebhookRequest,
  { what, deadline = deadlineAfter(patienceMs), withinMs, ...options }: ReadOptions,
): Promise<WebhookReading> {
  const { webhooks } = bench.subject.provider;
  demand(
    webhooks !== null && webhooks !== undefined,
    'The provider has no webhooks',
    'implement read(), or declare capabilities.webhooks false',
  );
  const name = `read() of ${what}`;
  const context = { deadline, now: signedAt, toleranceMs: options.toleranceMs ?? toleranceMs };
  const reading = await settled(name, () => webhooks.read(request, context), withinMs);
  demandWellFormedReading(name, reading);
  return reading;
}

/** Demands that a request is not believed: no events, and no answer that ends the vendor's repetitions. */
export async function demandRejected(bench: Bench, request: WebhookRequest, what: string): Promise<void> {
  const reading = await readWebhook(bench, request, { what });
  demand(
    reading.outcome === 'rejected',
    `read() believed ${what}`,
    'prove the sender first, over the raw bytes of the body and the URL, and reject what is not proven',
  );
}

export function webhookSubjectOf({ subject }: Bench): WebhookSubject {
  demand(
    subject.webhooks !== undefined,
    'The subject has no webhooks',
    'let the environment sign requests as the vendor does, or leave the capability webhooks out',
  );
  return subject.webhooks;
}

/** A genuine request with one report. */
export async function genuine(bench: Bench, at = signedAt): Promise<WebhookRequest> {
  const subject = webhookSubjectOf(bench);
  return subject.signed([sampleReport(bench, subject)], at);
}

function demandWellFormedReading(name: string, reading: WebhookReading): void {
  demand(
    typeof reading === 'object' && reading !== null && ['verified', 'rejected'].includes(reading.outcome),
    `${name} returned ${describeValue(reading)}, which is no reading`,
    "return an object whose outcome is 'verified' or 'rejected'",
  );
  const { status } = reading.reply ?? {};
  demand(
    Number.isInteger(status) && status >= 200 && status <= 599,
    `${name} has a reply with the status ${describeValue(status)}`,
    'give every reading a reply with an HTTP status, the one that the vendor wants to hear',
  );
  const isSuccess = status < 300;
  if (reading.outcome === 'verified') {
    demand(isSuccess, `${name} is verified and replies ${status}`, 'reply 2xx, or the vendor repeats what was read');
    demand(
      Array.isArray(reading.events),
      `${name} is verified without a list of events`,
      'give events, an empty list if there are none',
    );
    for (const event of reading.events) demandWellFormedEvent(name, event);
    return;
  }
  demand(
    !isSuccess,
    `${name} is rejected and replies ${status}`,
    'reply 4xx or 5xx, or the vendor takes what was rejected for read, and a wrong secret is never noticed',
  );
  demand(
    !('events' in reading),
    `${name} is rejected and has events`,
    'give no events of a request that is not proven, or could not be read',
  );
  demand(
    ['signature', 'stale', 'malformed'].includes(reading.reason),
    `${name} is rejected for the reason ${describeValue(reading.reason)}`,
    'say signature, stale or malformed',
  );
  demand(
    typeof reading.message === 'string' && reading.message.trim() !== '',
    `${name} is rejected without a message`,
    'say what was wrong in a sentence for a developer',
  );
}
