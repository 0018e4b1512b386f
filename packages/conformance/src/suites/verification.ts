import type { CheckOutcome } from '@polysms/core';
import type { Bench } from '../bench.js';
import { demand, demandEqual } from '../demand.js';
import { ample, startVerification, verificationOf, wrongCode } from '../operations.js';
import { describeOutcome, settle } from '../settle.js';
import type { Suite } from '../suite.js';

/** Codes that nobody was sent, or that are no codes. */
const oddCodes = ['', ' ', '0', '中文', '\uD800', '&code=1', '1'.repeat(500)];

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

  test('never approves odd codes, and never throws for them', async (bench) => {
    const { reference } = await startVerification(bench);
    for (const code of oddCodes) demandNotApproved(await check(bench, code, reference), 'a text that is no code');
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

function check(bench: Bench, code: string, reference: string | undefined): Promise<CheckOutcome> {
  return settle('check()', () => verificationOf(bench).check({ to: bench.recipient, code, reference }, ample()));
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
