import { describe, expect, it } from 'vitest';
import { isHashOf, isSignedBy, twilioSignature } from './signature.js';
import { type SignatureCheck, type SignatureVector, vectors } from './twilio.test.fixture.js';

const signatures = vectors.webhookSignatures;

/** As a body of a form has them: a name with several values comes several times. */
function fieldsOf(params: SignatureVector['params']): readonly (readonly [string, string])[] {
  return Object.entries(params).flatMap(([name, value]) =>
    (typeof value === 'string' ? [value] : value).map((each) => [name, each] as const),
  );
}

describe.each(signatures.vectors.map((vector) => [vector.name, vector] as const))(
  'the vector %s',
  (_, { authToken, signedUrl, params, signature, validateRequest }) => {
    it('is signed as Twilio’s library signs it', () => {
      expect(twilioSignature(authToken, { url: signedUrl, fields: fieldsOf(params) })).toBe(signature);
    });

    it.each(validateRequest.map((check) => [check.receivedUrl, check.result, check] as const))(
      'as %s is judged as the library judges it: %s',
      (receivedUrl, result, check: SignatureCheck) => {
        const fields = fieldsOf(check.params ?? params);
        const given = check.signature ?? signature;
        // The library throws for a URL without a host; nothing is proven by such a URL.
        expect(isSignedBy(check.authToken ?? authToken, given, { url: receivedUrl, fields })).toBe(result === true);
      },
    );
  },
);

it('a body in JSON is proven by its hash in the signed URL', () => {
  const { authToken, signedUrl: url, signature, rawBody, bodySHA256 } = signatures.json;
  const body = Buffer.from(rawBody);
  expect([isSignedBy(authToken, signature, { url, fields: [] }), isHashOf(url, body)]).toEqual([true, true]);
  expect(isHashOf(url, Buffer.from(`${rawBody} `))).toBe(false);
  expect(isHashOf(url.replace(bodySHA256, bodySHA256.toUpperCase()), body)).toBe(false);
  expect(isHashOf('https://hooks.example.com/twilio/events?ref=1', body)).toBeUndefined();
});

it('a signature under a shared key is none under the auth token', () => {
  const { signedString, signature } = signatures.sharedKey;
  const url = 'https://hooks.example.com/twilio/status?ref=order-42';
  const fields = [[signedString.slice(url.length), '']] as const;
  expect(isSignedBy(vectors.credentials.authToken, signature, { url, fields })).toBe(false);
});

it('nothing is proven without a token or a signature', () => {
  const url = 'https://hooks.example.com/';
  const signature = twilioSignature('', { url, fields: [] });
  expect(isSignedBy('', signature, { url, fields: [] })).toBe(false);
  expect(isSignedBy('token', null, { url, fields: [] })).toBe(false);
});

it('the fragment of a connection override is not signed', () => {
  const url = 'https://hooks.example.com/twilio/status?id=1';
  const signed = (each: string) => twilioSignature('token', { url: each, fields: [['MessageStatus', 'sent']] });
  expect(signed(`${url}#rc=5&rp=all`)).toBe(signed(url));
});
