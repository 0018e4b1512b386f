import { deadlineAfter } from '@polysms/core/provider-kit';
import type { Bench } from '../bench.js';
import { closeProvider } from '../closing.js';
import { demand, demandEqual } from '../demand.js';
import { ample, type Operation, startVerification, verificationOf, wrongCode } from '../operations.js';
import { whatIsPrinted } from '../output.js';
import { settle } from '../settle.js';
import { situations } from '../situations.js';
import type { Suite } from '../suite.js';
import type { Outcome } from '../well-formed.js';
import { confidentialOf, demandPrivate, demandSilent, formsOf, shortestText } from './demand-private.js';
import { callIn } from './outcomes.js';

/** Credentials, codes, texts and phone numbers are in no outcome and are not printed, whatever happens. */
export const privacySuite: Suite = ({ capabilities, operations, differences, test, withSubject }) => {
  if (differences.noCredentials === undefined) {
    test('is given credentials to keep', async ({ subject }) => {
      demand(
        subject.secrets.length > 0 && subject.secrets.every((secret) => secret.length >= 8),
        'The subject has no secrets, or one of less than 8 characters',
        'list every credential that the provider was given, or declare the difference noCredentials with a reason',
      );
    });
  } else {
    test(`takes no credentials (${differences.noCredentials})`, async ({ subject }) => {
      demandEqual(subject.secrets.length, 0, 'The subject has secrets', 'remove noCredentials from the differences');
    });
  }

  test('is given texts to keep that are told from chance', async ({ subject: { samples } }) => {
    const texts = capabilities.text ? [[samples.text?.text ?? '']] : [];
    const params = capabilities.template ? [samples.template?.params.map(({ value }) => value) ?? []] : [];
    for (const values of [...texts, ...params]) {
      demand(
        values.some((value) => value.length >= shortestText),
        `No text or parameter of a sample has ${shortestText} characters`,
        `give samples.text a text, and one parameter of samples.template a value, of at least ${shortestText} characters`,
      );
    }
  });

  test('shows no credential when the provider itself is logged', async (bench) => {
    const secrets = confidentialOf(bench, []).filter(({ what }) => what === 'a credential');
    const { provider } = bench.subject;
    demandPrivate(
      'The provider',
      [provider, provider.verification, provider.webhooks, provider.events, provider.lookup],
      secrets,
      'keep credentials in #private fields or closures',
    );
  });

  test('prints nothing confidential while it is made, used and closed', async () => {
    const [{ name, prepare }] = operations.sending;
    const { value: confidential, printed } = await whatIsPrinted(() =>
      withSubject(async (bench) => {
        const call = await prepare(bench);
        await settle(name, () => call(ample()));
        return confidentialOf(bench, await codesOf(bench));
      }),
    );
    demandSilent('the life of the provider', printed, confidential);
  });

  for (const operation of operations.all) {
    const { name } = operation;

    for (const situation of situations) {
      test(`${name} shows nothing confidential in the situation ${situation}`, (bench) =>
        demandPrivateOutcome(bench, operation, async () => (await callIn(bench, operation, situation)).outcome));
    }

    for (const [code, what] of [
      [undefined, 'with a code of its own'],
      ['4711', 'with a code that nobody knows'],
    ] as const) {
      test(`${name} does not pass on the sentence of a vendor that refuses ${what}`, (bench) =>
        demandPrivateOutcome(bench, operation, async () => {
          const call = await operation.prepare(bench);
          await bench.refuseWith({ code, sentence: tellTaleSentence(bench, await codesOf(bench)) }, operation.method);
          return settle(name, () => call(ample()));
        }));
    }

    test(`${name} shows nothing confidential when all goes well`, (bench) =>
      demandPrivateOutcome(bench, operation, async () => {
        const call = await operation.prepare(bench);
        return settle(name, () => call(ample()));
      }));

    test(`${name} shows nothing confidential when its deadline has passed before`, (bench) =>
      demandPrivateOutcome(bench, operation, async () => {
        const call = await operation.prepare(bench);
        return settle(name, () => call({ deadline: deadlineAfter(0) }));
      }));

    test(`${name} shows nothing confidential after close()`, (bench) =>
      demandPrivateOutcome(bench, operation, async () => {
        const call = await operation.prepare(bench);
        await closeProvider(bench);
        return settle(name, () => call(ample()));
      }));
  }

  if (!capabilities.verification) return;
  test('check() of a wrong code shows nothing confidential', async (bench) => {
    const { code, reference } = await startVerification(bench);
    const wrong = wrongCode(code);
    const request = { to: bench.recipient, code: wrong, reference };
    const { value: outcome, printed } = await whatIsPrinted(() =>
      settle('check()', () => verificationOf(bench).check(request, ample())),
    );
    const confidential = confidentialOf(bench, [code, wrong]);
    demandPrivate('The outcome of check()', formsOf(bench, outcome), confidential);
    demandSilent('check()', printed, confidential);
  });
};

async function demandPrivateOutcome(bench: Bench, operation: Operation, call: () => Promise<Outcome>): Promise<void> {
  const { value: outcome, printed } = await whatIsPrinted(call);
  const confidential = confidentialOf(bench, await codesOf(bench));
  demandPrivate(`The outcome of ${operation.name}`, formsOf(bench, outcome), confidential);
  demandSilent(operation.name, printed, confidential);
}

/** What a vendor may say: everything that it was given. */
function tellTaleSentence(bench: Bench, codes: readonly string[]): string {
  const values = confidentialOf(bench, codes).map(({ what, value }) => `${what} ${value}`);
  return `The request was refused for ${values.join(', ')}.`;
}

async function codesOf(bench: Bench): Promise<readonly string[]> {
  return (await bench.received()).flatMap((message) => (message.kind === 'verification' ? [message.code] : []));
}
