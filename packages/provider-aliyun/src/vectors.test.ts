import { readFileSync } from 'node:fs';
import type { VendorRequest } from '@polysms/simulator';
import { describe, expect, it } from 'vitest';
import { code, context, startAliyun } from './aliyun.test.fixture.js';
import { pushOf } from './pushes.test.fixture.js';
import { signedRequest } from './signature.js';
import { apiCallOf, checkSignature } from './simulator/signatures.js';

interface Vector {
  readonly name: string;
  readonly method: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly wireQuery?: string;
  readonly wireQueryOfTheSdk?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly authorization: string;
}

interface OldVector {
  readonly name: string;
  readonly method: string;
  readonly in: string;
  readonly params: Readonly<Record<string, string>>;
  readonly formBody?: Readonly<Record<string, string>>;
  readonly signature: string;
}

interface AnswerVector {
  readonly name: string;
  readonly answer:
    | { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string }
    | string;
  readonly expect: string;
}

/** What the official SDKs put on the wire, recorded once with a fixed clock and nonce. */
const vectors: {
  readonly clock: string;
  readonly nonce: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly accessKeySecret: string;
    readonly securityToken: string;
  };
  readonly v3: readonly Vector[];
  readonly v1: readonly OldVector[];
  readonly answers: readonly AnswerVector[];
  readonly webhooks: readonly { readonly name: string; readonly body: readonly Record<string, unknown>[] }[];
} = JSON.parse(readFileSync(new URL('./vectors.test.fixture.json', import.meta.url), 'utf8'));

const { accessKeyId, accessKeySecret } = vectors.credentials;
const least = vectors.v3.filter(({ name }) => name.includes('least headers'));
const ofTheSdk = vectors.v3.filter(({ name }) => name.includes('wire of the SDK'));

describe('the requests of the vectors', () => {
  it('are all there', () => expect([least.length, ofTheSdk.length, vectors.v1.length]).toEqual([5, 7, 5]));

  it.each(least)('$name: ours to the byte', ({ headers, query = {}, wireQuery, authorization }) => {
    const {
      path,
      headers: ours = {},
      body,
    } = signedRequest(
      { name: headers['x-acs-action'] ?? '', parameters: query },
      {
        credentials: { accessKeyId, accessKeySecret },
        host: headers['host'] ?? '',
        now: Date.parse(vectors.clock),
        nonce: vectors.nonce,
      },
    );
    const { 'user-agent': _, ...compared }: Readonly<Record<string, string>> = { host: headers['host'] ?? '', ...ours };
    expect(compared).toEqual({ ...headers, authorization });
    expect([path, body]).toEqual([`/?${wireQuery}`, undefined]);
  });

  it.each([...least, ...ofTheSdk])('$name: the dialect finds the signature right', (vector) => {
    const call = apiCallOf(requestOf(vector));
    expect(call && checkSignature(call, accessKeySecret).isRight).toBe(true);
    expect(call && checkSignature(call, `${accessKeySecret}x`).isRight).toBe(false);
  });

  it('the worked example of the documentation: the dialect finds the signature right', () => {
    const example = vectors.v3.find(({ name }) => name.includes('worked example'));
    const call = example && apiCallOf(requestOf(example));
    expect(call && checkSignature(call, 'YourAccessKeySecret').isRight).toBe(true);
  });

  it.each(vectors.v1)(
    '$name: the dialect finds the old signature right',
    ({ method, params, formBody, signature, ...vector }) => {
      const signed = new URLSearchParams({ ...params, Signature: signature });
      const isForm = vector.in.startsWith('form');
      const form = isForm ? signed : new URLSearchParams(formBody);
      const query = isForm ? '' : signed.toString().replaceAll('+', '%20');
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const call = apiCallOf({ method, query, headers, text: form.toString() } as VendorRequest);
      expect(call && checkSignature(call, accessKeySecret).isRight).toBe(true);
      expect(call && checkSignature(call, 'another').isRight).toBe(false);
    },
  );
});

function requestOf({
  method,
  query = {},
  wireQuery,
  wireQueryOfTheSdk = '',
  headers,
  body,
  authorization,
}: Vector): VendorRequest {
  const plain = new URLSearchParams(query).toString().replaceAll('+', '%20');
  const sent = wireQueryOfTheSdk.includes('=') ? wireQueryOfTheSdk : plain;
  const bytes = new TextEncoder().encode(body);
  return {
    method,
    query: wireQuery ?? sent,
    headers: { ...headers, authorization },
    body: bytes,
    text: body,
  } as unknown as VendorRequest;
}

describe('the answers of the vectors', () => {
  it.each(vectors.answers)('$name: $expect', async ({ answer, expect: expected }) => {
    const { simulator, provider } = await startAliyun();
    if (typeof answer === 'string') simulator.fail({ kind: 'drop', when: 'after-processing' });
    else {
      const { status: httpStatus, headers, body } = answer;
      simulator.fail({ kind: 'http', httpStatus, body, contentType: headers['content-type'] });
    }
    const outcome = await provider.send(code, context());
    const said = `${outcome.outcome}${'code' in outcome ? ` ${outcome.code}` : ''}`;
    const words: Readonly<Record<string, string>> = {
      'accepted 123456789012345678^0': 'accepted',
      'accepted without a reference': 'accepted',
      // A fault sets no headers of its own: the wait is tried beside it.
      'refused rate_limited, retryAfterMs 1500': 'refused rate_limited',
      'no verdict in JSON: by HTTP status': 'refused unrecognized_provider_code',
      unknown: 'unknown provider_unavailable',
    };
    expect(said).toBe(words[expected] ?? expected);
    const reference = expected.startsWith('accepted 1') ? '123456789012345678^0' : undefined;
    expect('reference' in outcome ? outcome.reference : undefined).toBe(reference);
  });
});

describe('the pushes of the vectors', () => {
  const secret = 'a-secret-of-the-account';
  const at = Date.UTC(2025, 0, 2, 3, 4, 15);
  const events: Readonly<Record<string, readonly object[]>> = {
    SmsReport: [
      {
        kind: 'report',
        reference: '123456789012345678^0',
        to: '+8613800138000',
        state: 'delivered',
        providerCode: 'DELIVERED',
        at,
        segments: 1,
      },
      {
        kind: 'report',
        reference: '123456789012345679^0',
        to: '+8613800138001',
        state: 'undelivered',
        reason: 'unreachable',
        providerCode: 'MOBILE_NOT_ON_SERVICE',
        at: at + 60_000,
        segments: 1,
      },
    ],
    SmsUp: [
      {
        kind: 'inbound',
        reference: '1234567890',
        from: '+8613800138000',
        to: '1234',
        text: 'R',
        at: Date.UTC(2025, 0, 2, 3, 10),
        optOut: 'stop',
      },
    ],
    'SmsReport, international product': [
      {
        kind: 'report',
        reference: '100803030000001',
        to: '+85251234567',
        state: 'delivered',
        providerCode: 'success',
        at,
        segments: 2,
      },
    ],
  };

  it.each(vectors.webhooks)('$name', async ({ name, body }) => {
    const { account } = await startAliyun();
    const { webhooks } = account({ webhooks: { secret } });
    const reading = await webhooks?.read(pushOf(secret, JSON.stringify(body)), {
      ...context(),
      now: 0,
      toleranceMs: 0,
    });
    expect(reading).toEqual({
      outcome: 'verified',
      events: events[name],
      reply: { status: 200, headers: { 'content-type': 'application/json' }, body: '{"code":0,"msg":"ok"}' },
    });
  });
});
