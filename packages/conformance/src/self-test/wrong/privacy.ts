import type { Refused } from '@polysms/core/provider-kit';
import type { Alter } from '../memory-subject.js';
import type { MemoryVendor } from '../memory-vendor.js';
import { answering, checking, type WrongProvider } from './wrong-provider.js';

/** Adds to every refusal of `send()` what the vendor said with it. */
function passingOn(words: (vendor: MemoryVendor, refusal: Refused, credential: string) => Partial<Refused>): Alter {
  return (right, vendor, credential) =>
    answering((outcome) =>
      outcome.outcome === 'refused' ? { ...outcome, ...words(vendor, outcome, credential) } : outcome,
    )(right, vendor, credential);
}

export const wrongPrivacy: readonly WrongProvider[] = [
  {
    name: 'shows the credential in the message',
    suite: 'privacy',
    says: /shows a credential in its message/u,
    alter: (right, vendor, credential) =>
      answering((outcome) =>
        outcome.outcome === 'refused' ? { ...outcome, message: `The key ${credential} was refused.` } : outcome,
      )(right, vendor, credential),
  },
  {
    name: 'passes the sentence of the vendor on as the message',
    suite: 'privacy',
    says: /shows a credential in its message/u,
    alter: passingOn((vendor) => ({ message: `Refused: ${vendor.sentence}` })),
  },
  {
    name: 'passes the sentence of the vendor on as its code',
    suite: 'privacy',
    says: /shows a credential in its providerCode/u,
    alter: passingOn((vendor) => ({ providerCode: vendor.sentence })),
  },
  {
    name: 'passes the sentence of the vendor on if it knows the code',
    suite: 'privacy',
    says: /shows a credential in its message/u,
    alter: passingOn((vendor, { code }) => (code === 'unrecognized_provider_code' ? {} : { message: vendor.sentence })),
  },
  {
    name: 'passes the sentence of the vendor on without the credential',
    suite: 'privacy',
    says: /shows the text in its message/u,
    alter: passingOn((vendor, _, credential) => ({
      message: vendor.sentence.replaceAll(credential, '***').replaceAll(vendor.signing.secret, '***'),
    })),
  },
  {
    name: 'passes the sentence of the vendor on when it checks a code',
    suite: 'privacy',
    says: /outcome of check\(\) shows a credential in its message/u,
    alter: (right, vendor, credential) =>
      checking(async (check, request, context) => {
        const outcome = await check(request, context);
        return outcome.outcome === 'refused' ? { ...outcome, message: vendor.sentence } : outcome;
      })(right, vendor, credential),
  },
  {
    name: 'shows the credential deep in the cause',
    suite: 'privacy',
    says: /shows a credential in its cause\.cause\.config\.body/u,
    alter: (right, vendor, credential) =>
      answering((outcome) => {
        if (outcome.outcome !== 'unknown') return outcome;
        const inner = Object.assign(new Error('lost'), { config: { body: Buffer.from(`key=${credential}&x=1`) } });
        return { ...outcome, cause: new Error('The request failed.', { cause: inner }) };
      })(right, vendor, credential),
  },
  {
    name: 'shows the credential as basic authentication',
    suite: 'privacy',
    says: /shows a credential/u,
    alter: (right, vendor, credential) =>
      answering((outcome) => {
        const authorization = `Basic ${Buffer.from(credential).toString('base64')}`;
        return outcome.outcome === 'unknown' ? { ...outcome, cause: { headers: { authorization } } } : outcome;
      })(right, vendor, credential),
  },
  {
    name: 'keeps the credential in a public field',
    suite: 'privacy',
    says: /#private fields/u,
    alter: (right, _, credential) => Object.assign(right, { options: { appKey: credential } }),
  },
  {
    name: 'shows the phone number',
    suite: 'privacy',
    says: /shows the phone number/u,
    alter: answering((outcome, { to }) =>
      outcome.outcome === 'refused' ? { ...outcome, message: `${to.e164} was refused.` } : outcome,
    ),
  },
  {
    name: 'shows the national number with dashes',
    suite: 'privacy',
    says: /shows the phone number/u,
    alter: answering((outcome) =>
      outcome.outcome === 'not-sent' ? { ...outcome, message: '138-0013-8000 was not sent.' } : outcome,
    ),
  },
  {
    name: 'shows the text, as the form it was sent in',
    suite: 'privacy',
    says: /shows the text/u,
    alter: answering((outcome, message) =>
      outcome.outcome === 'unknown' && message.kind === 'text'
        ? { ...outcome, cause: { body: new URLSearchParams({ text: message.text }).toString() } }
        : outcome,
    ),
  },
  {
    name: 'shows the code that was checked',
    suite: 'privacy',
    says: /shows the code/u,
    alter: checking(async (right, request, context) => {
      const outcome = await right(request, context);
      return outcome.outcome === 'unknown' ? { ...outcome, message: `No answer about ${request.code}.` } : outcome;
    }),
  },
  {
    name: 'shows the wrong code',
    suite: 'privacy',
    says: /shows the code/u,
    alter: checking(async (right, request, context) => {
      const outcome = await right(request, context);
      return Object.assign({ ...outcome }, { url: `/check?code=${request.code}&zone=86` });
    }),
  },
];
