import { deadlineAfter, SmsError } from '@polysms/core';
import type { Bench } from '../bench.js';
import { type Confidential, findLeak } from '../confidential.js';
import { demand, demandEqual, reject } from '../demand.js';
import { ample, type Operation, startVerification, verificationOf, wrongCode } from '../operations.js';
import { type Outcome, settle } from '../settle.js';
import { situations } from '../subject.js';
import type { Suite } from '../suite.js';
import { callIn } from './outcomes.js';

/** A shorter text may stand in a port, a size or a line number by chance. */
const shortestText = 6;

/** Credentials, codes, texts and phone numbers are in no outcome, whatever happens. */
export const privacySuite: Suite = ({ capabilities, operations, differences, test }) => {
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
      [provider, provider.verification],
      secrets,
      'keep credentials in #private fields or closures',
    );
  });

  for (const operation of operations.all) {
    const { name } = operation;

    for (const situation of situations) {
      test(`${name} shows nothing confidential in the situation ${situation}`, (bench) =>
        demandPrivateOutcome(bench, operation, async () => (await callIn(bench, operation, situation)).outcome));
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
        await bench.subject.provider.close();
        return settle(name, () => call(ample()));
      }));
  }

  if (!capabilities.verification) return;
  test('check() of a wrong code shows nothing confidential', async (bench) => {
    const { code, reference } = await startVerification(bench);
    const wrong = wrongCode(code);
    const request = { to: bench.recipient, code: wrong, reference };
    const outcome = await settle('check()', () => verificationOf(bench).check(request, ample()));
    demandPrivate('The outcome of check()', formsOf(bench, outcome), confidentialOf(bench, [code, wrong]));
  });
};

async function demandPrivateOutcome(bench: Bench, operation: Operation, call: () => Promise<Outcome>): Promise<void> {
  const outcome = await call();
  const codes = (await bench.received()).flatMap((message) => (message.kind === 'verification' ? [message.code] : []));
  demandPrivate(`The outcome of ${operation.name}`, formsOf(bench, outcome), confidentialOf(bench, codes));
}

/** An outcome, and the error that the client throws for it. */
function formsOf(bench: Bench, outcome: Outcome): readonly unknown[] {
  switch (outcome.outcome) {
    case 'refused':
    case 'not-sent':
    case 'unknown':
      return [outcome, new SmsError({ ...outcome, provider: bench.subject.provider.id })];
    case 'accepted':
    case 'approved':
    case 'incorrect':
    case 'expired':
    case 'exhausted':
      return [outcome];
  }
}

function confidentialOf(bench: Bench, codes: readonly string[]): readonly Confidential[] {
  const { samples, secrets } = bench.subject;
  const texts = [samples.text?.text ?? '', ...(samples.template?.params ?? []).map(({ value }) => value)];
  const { e164, nationalNumber } = bench.recipient;
  return [
    ...secrets.map((value): Confidential => ({ what: 'a credential', value })),
    ...codes.map((value): Confidential => ({ what: 'the code', value })),
    ...texts.filter((text) => text.length >= shortestText).map((value): Confidential => ({ what: 'the text', value })),
    { what: 'the phone number', value: e164 },
    { what: 'the phone number', value: nationalNumber },
  ];
}

function demandPrivate(
  name: string,
  values: readonly unknown[],
  confidential: readonly Confidential[],
  remedy = 'write messages of your own, and copy neither the request nor the whole answer nor an error that holds them into message, providerCode or cause',
): void {
  const leak = values.map((value) => findLeak(value, confidential)).find((found) => found !== undefined);
  if (leak !== undefined) reject(`${name} shows ${leak.what} in its ${leak.where}`, remedy);
}
