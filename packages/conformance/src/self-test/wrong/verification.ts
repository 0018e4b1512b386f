import { parsePhoneNumber, type VerificationStart } from '@polysms/core/provider-kit';
import { checking, starting, type WrongProvider } from './wrong-provider.js';

/** How a provider reads a code out of a text that is none. */
const readings: Readonly<Record<string, (text: string) => string>> = {
  'cuts a code to the length that it expects': (text) => text.slice(0, 4),
  'reads a code from its end': (text) => text.slice(-4),
  'takes the first number of a text for the code': (text) => /\d+/u.exec(text)?.[0] ?? text,
  'reads a code as a number': (text) => String(Number(text)),
  'takes white space out of a code': (text) => text.replaceAll(/\s/gu, ''),
  'ends a code at the first ampersand': (text) => text.split('&')[0] ?? text,
};

const misreadings = Object.entries(readings).map(
  ([name, read]): WrongProvider => ({
    name,
    suite: 'verification',
    says: /approved a text that only resembles the code/u,
    alter: checking((right, request, context) => right({ ...request, code: read(request.code) }, context)),
  }),
);

export const wrongVerification: readonly WrongProvider[] = [
  {
    name: 'approves any code',
    suite: 'verification',
    says: /wrong code ended approved/u,
    alter: checking(async () => ({ outcome: 'approved' })),
  },
  {
    name: 'remembers a code, and approves it again',
    suite: 'verification',
    says: /approved a code that was approved before/u,
    alter: (right, ...rest) => {
      const approved = new Set<string>();
      return checking(async (check, request, context) => {
        if (approved.has(request.code)) return { outcome: 'approved' };
        const outcome = await check(request, context);
        if (outcome.outcome === 'approved') approved.add(request.code);
        return outcome;
      })(right, ...rest);
    },
  },
  {
    name: 'checks every code twice',
    suite: 'verification',
    says: /ask the vendor once|made 2 requests/u,
    alter: checking(async (right, request, context) => {
      await right(request, context);
      return right(request, context);
    }),
  },
  {
    name: 'checks every code twice, and returns the first answer',
    suite: 'verification',
    says: /check\(\) made 2 requests/u,
    alter: checking(async (right, request, context) => {
      const outcome = await right(request, context);
      await right(request, context);
      return outcome;
    }),
  },
  {
    name: 'calls a wrong code refused',
    suite: 'verification',
    says: /a wrong code is a result/u,
    alter: checking(async (right, request, context) => {
      const outcome = await right(request, context);
      if (outcome.outcome !== 'incorrect') return outcome;
      return { outcome: 'refused', code: 'invalid_request', message: 'The code is wrong.' };
    }),
  },
  {
    name: 'throws for a wrong code',
    suite: 'verification',
    says: /check\(\) rejected with Error: wrong/u,
    alter: checking(async (right, request, context) => {
      const outcome = await right(request, context);
      if (outcome.outcome === 'incorrect') throw new Error('wrong');
      return outcome;
    }),
  },
  {
    name: 'approves an empty code',
    suite: 'verification',
    says: /approved a text that is no code/u,
    alter: checking(async (right, request, context) =>
      request.code === '' ? { outcome: 'approved' } : right(request, context),
    ),
  },
  {
    name: 'approves the code of another phone',
    suite: 'verification',
    says: /approved the code of another phone/u,
    alter: (right, vendor, credential) =>
      checking(async (check, request, context) => {
        const owner = vendor.received.findLast((sent) => sent.kind === 'verification' && sent.code === request.code);
        return check(owner === undefined ? request : { ...request, to: parsePhoneNumber(owner.to) }, context);
      })(right, vendor, credential),
  },
  {
    name: 'sends every code to the first phone that it has seen',
    suite: 'verification',
    says: /recipient has not received a code/u,
    alter: (right, ...rest) => {
      let first: VerificationStart['to'] | undefined;
      return starting((start, request, context) => {
        first ??= request.to;
        return start({ ...request, to: first }, context);
      })(right, ...rest);
    },
  },
  ...misreadings,
  {
    name: 'completes a code of which the last digit is missing',
    suite: 'verification',
    says: /approved a text that only resembles the code: "\d{3}" for/u,
    alter: (right, vendor, credential) =>
      checking(async (check, request, context) => {
        const codes = vendor.received.flatMap((sent) => (sent.kind === 'verification' ? [sent.code] : []));
        const code = codes.findLast((sent) => request.code !== '' && sent.startsWith(request.code));
        return check({ ...request, code: code ?? request.code }, context);
      })(right, vendor, credential),
  },
];
