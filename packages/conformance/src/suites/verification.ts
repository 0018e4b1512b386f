import type { CheckOutcome } from '@polysms/core/provider-kit';
import type { Bench } from '../bench.js';
import { demand, demandEqual, reject } from '../demand.js';
import { ample, type StartedVerification, startVerification, verificationOf, wrongCode } from '../operations.js';
import { settle } from '../settle.js';
import type { Suite } from '../suite.js';
import { describeOutcome } from '../well-formed.js';
import { likeCodes, oddCodes } from './wrong-codes.js';

/** Codes that the provider makes, sends and checks. */
export const verificationSuite: Suite = ({ capabilities, differences, test }) => {
  if (!capabilities.verification) {
    test('declares that it makes no codes itself: verification is null', async ({ subject }) => {
      demandEqual(
        subject.provider.verification,
        null,
        "The provider's verification is not null",
        'set it to null, or declare capabilities.verification true',
      );
    });
    return;
  }

  test('has one code sent to the recipient by one request', async (bench) => {
    const before = await bench.requests();
    await startVerification(bench);
    await bench.demandRequests('start()', before, 1);
  });

  test('approves the right code, with one request', async (bench) => {
    const { code, reference } = await startVerification(bench);
    const before = await bench.requests();
    demandApproved(await check(bench, code, reference));
    await bench.demandRequests('check()', before, 1);
  });

  test('says incorrect to a wrong code, with one request', async (bench) => {
    const { code, reference } = await startVerification(bench);
    const before = await bench.requests();
    const outcome = await check(bench, wrongCode(code), reference);
    demand(
      outcome.outcome === 'incorrect',
      `check() of a wrong code ended ${describeOutcome(outcome)}`,
      "a wrong code is a result, not a failure: map the vendor's answer to it to incorrect",
    );
    await bench.demandRequests('check()', before, 1);
  });

  test('approves the right code after a wrong one', async (bench) => {
    const { code, reference } = await startVerification(bench);
    await check(bench, wrongCode(code), reference);
    demandApproved(await check(bench, code, reference));
  });

  test('approves nothing for a phone that was sent no code', async (bench) => {
    demandNotApproved(await check(bench, '123456', undefined), 'a code that nobody was sent');
  });

  test('never approves what is no code, and never throws for it', (bench) =>
    neverApproves(bench, () => oddCodes, 'a text that is no code'));

  test('never approves the right code with anything before, after or inside it, or with a part missing', (bench) =>
    neverApproves(bench, likeCodes, 'a text that only resembles the code'));

  test('returns an outcome for the right code with white space around it, which it may trim', async (bench) => {
    for (const pad of [' ', '\t', '\r\n', '\u3000']) {
      const { code, reference } = await startVerification(bench);
      const outcome = await check(bench, `${pad}${code}${pad}`, reference);
      demand(
        ['approved', 'incorrect', 'refused', 'not-sent'].includes(outcome.outcome),
        `check() of the right code with white space around it ended ${describeOutcome(outcome)}`,
        'trim the code, or pass it on encoded and read the answer',
      );
    }
  });

  test('sends to the phone of each call, and approves no code of another phone', async (bench) => {
    const { recipient, otherRecipient } = bench;
    const [first, second] = await startTwo(bench);
    const ofAnother = 'the code of another phone';
    demandNotApproved(await check(bench, second.code, first.reference, recipient), ofAnother);
    demandNotApproved(await check(bench, first.code, second.reference, otherRecipient), ofAnother);
    demandApproved(await check(bench, first.code, first.reference, recipient));
    demandApproved(await check(bench, second.code, second.reference, otherRecipient));
  });

  const { approvesCodeAgain } = differences;
  if (approvesCodeAgain === undefined) {
    test('approves a right code only once', async (bench) => {
      const { code, reference } = await startVerification(bench);
      demandApproved(await check(bench, code, reference));
      demandNotApproved(await check(bench, code, reference), 'a code that was approved before');
    });
  } else {
    test(`approves a right code again and again (${approvesCodeAgain})`, async (bench) => {
      const { code, reference } = await startVerification(bench);
      demandApproved(await check(bench, code, reference));
      const outcome = await check(bench, code, reference);
      demand(
        outcome.outcome === 'approved',
        `check() of a code that was approved before ended ${describeOutcome(outcome)}`,
        'the declared difference has gone: remove approvesCodeAgain from the differences',
      );
    });
  }
};

function check(bench: Bench, code: string, reference: string | undefined, to = bench.recipient): Promise<CheckOutcome> {
  return settle('check()', () => verificationOf(bench).check({ to, code, reference }, ample()));
}

/** Each text meets a fresh code, so that no limit of checks hides what the provider does with it. */
async function neverApproves(bench: Bench, texts: (code: string) => readonly string[], what: string): Promise<void> {
  const { length } = texts('0');
  for (let index = 0; index < length; index += 1) {
    const { code, reference } = await startVerification(bench);
    const text = texts(code)[index] ?? '';
    demandNotApproved(await check(bench, text, reference), `${what}: ${JSON.stringify(text)} for ${code}`);
  }
}

/** A code for each phone. Two that are the same by chance would prove nothing. */
async function startTwo(bench: Bench): Promise<readonly [StartedVerification, StartedVerification]> {
  const first = await startVerification(bench);
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const second = await startVerification(bench, bench.otherRecipient);
    if (second.code !== first.code) return [first, second];
  }
  return reject('Both phones received the same code', 'let the environment make a code of its own for each phone');
}

function demandApproved(outcome: CheckOutcome): void {
  demand(
    outcome.outcome === 'approved',
    `check() of the right code ended ${describeOutcome(outcome)}`,
    'ask the vendor once for each check(), since it may use the code up, and map its answer to a right code to approved',
  );
}

function demandNotApproved(outcome: CheckOutcome, what: string): void {
  demand(
    outcome.outcome !== 'approved',
    `check() approved ${what}`,
    'say approved only when the vendor has just answered that this code is right; remember no codes yourself',
  );
}
