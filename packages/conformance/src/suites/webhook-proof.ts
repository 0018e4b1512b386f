import type { WebhookReading, WebhookRequest } from '@polysms/core/provider-kit';
import type { Bench } from '../bench.js';
import { countComparisons } from '../comparisons.js';
import { demand, demandEqual } from '../demand.js';
import { bodyForgeries, type Forgery, signatureForgeries, urlForgeries, wrongSignature } from '../forgeries.js';
import { randomIntegers } from '../random-integers.js';
import { signedAt } from '../sample-events.js';
import type { SuitePlan } from '../suite.js';
import { demandRejected, genuine, readWebhook, webhookSubjectOf } from '../webhook-reading.js';

/** Of the body, the URL and the signature each. */
const forgeriesOfEach = 64;

const minuteMs = 60_000;

/** Signatures that have no chance, and that a comparison may choke on. */
const brokenSignatures: Readonly<Record<string, (signature: string) => string | undefined>> = {
  'no signature': () => undefined,
  'an empty signature': () => '',
  'a signature that is too short': (signature) => signature.slice(0, -1),
  'half a signature': (signature) => signature.slice(0, signature.length / 2),
  'a signature that is too long': (signature) => `${signature}0`,
  'the signature twice': (signature) => `${signature}${signature}`,
  'a signature of other characters': (signature) => 'é'.repeat(signature.length),
  'a signature of zeros': (signature) => '0'.repeat(signature.length),
};

/** What is not proven is not believed. */
export function webhookProofTests(plan: SuitePlan): void {
  const { differences, seed, test } = plan;
  const { requestsNotSigned, unsignedParts } = differences;

  test(forgeryTitle(plan), async (bench) => {
    const request = await genuine(bench);
    const random = randomIntegers(seed);
    const others =
      requestsNotSigned === undefined
        ? [...bodyForgeries(request, forgeriesOfEach, random), ...urlForgeries(request, forgeriesOfEach, random)]
        : [];
    let believed = 0;
    for (const forgery of others) {
      if (unsignedParts === undefined) await demandRejected(bench, forgery.request, forgery.what);
      else if (await isHarmless(bench, request, forgery)) believed += 1;
    }
    demand(
      unsignedParts === undefined || believed > 0,
      'Of a request nothing can be changed that is not signed',
      'the declared difference has gone: remove unsignedParts from the differences',
    );
    const subject = webhookSubjectOf(bench);
    for (const signature of signatureForgeries(await signatureOf(bench, request), forgeriesOfEach, random)) {
      const forged = await subject.replaceSignature(request, () => signature);
      await demandRejected(bench, forged, 'a request with a bit of its signature changed');
    }
  });
  if (requestsNotSigned !== undefined) {
    test('reads a request whose body nobody has signed, as declared', async (bench) => {
      const request = await genuine(bench);
      const body = new TextEncoder().encode(`${new TextDecoder().decode(request.body)} `);
      const reading = await readWebhook(bench, { ...request, body }, { what: 'a request with a blank after its body' });
      demandEqual(
        reading.outcome,
        'verified',
        'A request whose body was changed is rejected',
        'the declared difference has gone: remove requestsNotSigned from the differences',
      );
    });
  }

  for (const [what, replace] of Object.entries(brokenSignatures)) {
    test(`rejects a request with ${what}`, async (bench) => {
      const forged = await webhookSubjectOf(bench).replaceSignature(await genuine(bench), replace);
      await demandRejected(bench, forged, `a request with ${what}`);
    });
  }

  test('compares signatures in constant time', async (bench) => {
    const forged = await webhookSubjectOf(bench).replaceSignature(await genuine(bench), wrongSignature);
    const { comparisons } = await countComparisons(() =>
      demandRejected(bench, forged, 'a request with a wrong signature of the right length'),
    );
    demand(
      comparisons > 0,
      'read() rejected a wrong signature of the right length without timingSafeEqual()',
      'compare the bytes with timingSafeEqual() of node:crypto, after their lengths: === stops at the first wrong character, and its time tells an attacker how many are right',
    );
  });

  staleTests(plan);

  test('rejects a request with a method that the vendor does not use', async (bench) => {
    const request = await genuine(bench);
    for (const method of ['PUT', 'DELETE']) {
      await demandRejected(bench, { ...request, method }, `a request with the method ${method}`);
    }
  });
}

function forgeryTitle({ differences: { requestsNotSigned, unsignedParts }, seed }: SuitePlan): string {
  if (requestsNotSigned !== undefined) {
    return `rejects a request in whose secret one bit was changed (seed ${seed}) (${requestsNotSigned})`;
  }
  const title = `rejects a request of which one bit was changed after it was signed (seed ${seed})`;
  return unsignedParts === undefined ? title : `${title}, or reads the same of it (${unsignedParts})`;
}

/** Times are compared with those of the context, never with the machine's. */
function staleTests({ differences: { timeNotSigned }, test }: SuitePlan): void {
  const tolerance = 10 * minuteMs;
  const readAt = async (bench: Bench, ms: number, what: string) =>
    readWebhook(bench, await genuine(bench, signedAt + ms), { what, toleranceMs: tolerance });

  if (timeNotSigned !== undefined) {
    test(`reads a request that was signed long ago (${timeNotSigned})`, async (bench) => {
      const reading = await readAt(bench, -24 * 60 * minuteMs, 'a request that was signed a day ago');
      demandEqual(
        reading.outcome,
        'verified',
        'A request that was signed a day ago is rejected',
        'the declared difference has gone: remove timeNotSigned from the differences',
      );
    });
    return;
  }

  for (const [when, sign] of [
    ['ago', -1],
    ['ahead', 1],
  ] as const) {
    test(`rejects a request that was signed longer ${when} than context.toleranceMs, and no other`, async (bench) => {
      const recent = await readAt(bench, sign * 9 * minuteMs, `a request that was signed 9 minutes ${when}`);
      demand(
        recent.outcome === 'verified',
        `read() rejected a request that was signed 9 minutes ${when}, with a tolerance of 10`,
        'compare the signed time with context.now and context.toleranceMs, in either direction',
      );
      const stale = await readAt(bench, sign * 11 * minuteMs, `a request that was signed 11 minutes ${when}`);
      demand(
        stale.outcome === 'rejected' && stale.reason === 'stale',
        `read() ended ${describeReading(stale)} for a request that was signed 11 minutes ${when}, with a tolerance of 10`,
        "compare the signed time with context.now and context.toleranceMs, in either direction, and reject it as 'stale'",
      );
    });
  }

  test('rejects an old request with a new time written over it', async (bench) => {
    const subject = webhookSubjectOf(bench);
    demand(
      subject.replaceTime !== undefined,
      'The subject has no replaceTime()',
      'let the environment write another time over a signed one, or declare the difference timeNotSigned with a reason',
    );
    const old = await genuine(bench, signedAt - 60 * minuteMs);
    const forged = await subject.replaceTime(old, signedAt);
    await demandRejected(bench, forged, 'an old request with a new time written over it');
  });
}

/** Whether a changed request is believed. What is read of it must then be the same, since what was changed is not signed. */
async function isHarmless(bench: Bench, request: WebhookRequest, forgery: Forgery): Promise<boolean> {
  const reading = await readWebhook(bench, forgery.request, forgery);
  if (reading.outcome === 'rejected') return false;
  const right = await readWebhook(bench, request, { what: 'a genuine request' });
  demandEqual(
    eventsIn(reading),
    eventsIn(right),
    `read() gave other events of ${forgery.what}`,
    'read nothing that is not signed',
  );
  return true;
}

async function signatureOf(bench: Bench, request: WebhookRequest): Promise<string> {
  let found = '';
  await webhookSubjectOf(bench).replaceSignature(request, (signature) => {
    found = signature;
    return signature;
  });
  demand(
    found.length >= 8,
    'The subject has shown no signature of at least 8 characters',
    'let replaceSignature() give the signature of the request to the function',
  );
  return found;
}

function eventsIn(reading: WebhookReading): string {
  return JSON.stringify(reading.outcome === 'verified' ? reading.events : []);
}

function describeReading(reading: WebhookReading): string {
  return reading.outcome === 'verified' ? 'verified' : `rejected (${reading.reason})`;
}
