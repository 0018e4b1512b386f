import type { VendorRequest } from '@polysms/simulator';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aliyunAt } from './aliyun.js';
import { code, context, keys, startAliyun } from './aliyun.test.fixture.js';
import { signedRequest } from './signature.js';
import { apiCallOf, checkSignature } from './simulator/signatures.js';

const signing = { credentials: keys, host: 'dysmsapi.aliyuncs.com', now: Date.UTC(2025, 0, 2), nonce: 'nonce-1' };
const text = fc.string({ unit: 'grapheme' });

/** A signed request as a server sees it. */
function arrived(parameters: Readonly<Record<string, string>>): VendorRequest {
  const { path, headers } = signedRequest({ name: 'SendSms', parameters }, signing);
  const query = path.slice(2);
  const seen = { method: 'POST', query, headers: { ...headers, host: signing.host }, body: new Uint8Array(), text: '' };
  return seen as unknown as VendorRequest;
}

describe('a signature', () => {
  it('is right by the reading of the dialect, and carries every text unharmed', () => {
    fc.assert(
      fc.property(fc.dictionary(text, text), (parameters) => {
        const call = apiCallOf(arrived(parameters));
        expect(Object.fromEntries(call?.parameters ?? [])).toEqual({ ...parameters });
        expect(call && checkSignature(call, keys.accessKeySecret).isRight).toBe(true);
      }),
    );
  });

  it('is for one request: no other parameter has it', () => {
    fc.assert(
      fc.property(text, text, (one, other) => {
        fc.pre(one !== other);
        const request = { ...arrived({ TemplateParam: one }), query: arrived({ TemplateParam: other }).query };
        const call = apiCallOf(request);
        expect(call && checkSignature(call, keys.accessKeySecret).isRight).toBe(false);
      }),
    );
  });

  it('whose nonce was used proves that a copy arrived before: nobody knows what became of it', async () => {
    const { baseUrl, clock, simulator } = await startAliyun();
    const surroundings = { now: () => clock.now(), nonce: () => 'always-the-same' };
    const provider = aliyunAt(surroundings, { ...keys, baseUrl, signature: '示例签名' });
    expect(await provider.send(code, context())).toMatchObject({ outcome: 'accepted' });
    expect(await provider.send(code, context())).toMatchObject({
      outcome: 'unknown',
      code: 'network_error',
      providerCode: 'SignatureNonceUsed',
    });
    expect(simulator.messages).toHaveLength(1);
    await provider.close();
  });
});
