import { answering, checking, sending, type WrongProvider } from './wrong-provider.js';

export const wrongPrinting: readonly WrongProvider[] = [
  {
    name: 'prints its options when it is made',
    suite: 'privacy',
    says: /a credential was printed to the console/u,
    alter: (right, _, credential) => {
      console.debug('options %o', { appKey: credential });
      return right;
    },
  },
  {
    name: 'prints the credential of a failed request with the console',
    suite: 'privacy',
    says: /During send\(\) of a \w+, a credential was printed to the console/u,
    alter: (right, vendor, credential) =>
      answering((outcome) => {
        if (outcome.outcome === 'refused') console.error('refused', { headers: { authorization: credential } });
        return outcome;
      })(right, vendor, credential),
  },
  {
    name: 'writes the phone number to stdout',
    suite: 'privacy',
    says: /the phone number was printed to stdout/u,
    alter: sending((right, message, context) => {
      process.stdout.write(`sending to ${message.to.e164}\n`);
      return right(message, context);
    }),
  },
  {
    name: 'writes the text to stderr',
    suite: 'privacy',
    says: /the text was printed to stderr/u,
    alter: sending((right, message, context) => {
      process.stderr.write(Buffer.from(JSON.stringify(message)));
      return right(message, context);
    }),
  },
  {
    name: 'warns of a wrong code',
    suite: 'privacy',
    says: /the code was printed to a process warning/u,
    alter: checking(async (right, request, context) => {
      const outcome = await right(request, context);
      if (outcome.outcome === 'incorrect') process.emitWarning(`The code ${request.code} is wrong.`);
      return outcome;
    }),
  },
];
