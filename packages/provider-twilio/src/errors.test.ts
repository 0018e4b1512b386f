import { describeVendorCodes } from '@polysms/conformance';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { messageCodes, verifyCodes } from './errors.js';
import { documentedCodes } from './readme-tables.test.fixture.js';
import { context, openTwilioAccount, text, to } from './twilio.test.fixture.js';

let account: Awaited<ReturnType<typeof openTwilioAccount>>;
beforeAll(async () => {
  account = await openTwilioAccount();
});
afterAll(() => account.close());

/** Has the next request answered with a code, under the HTTP status that it comes with. */
function answerWith(code: string): void {
  if (/^\d{1,5}$/.test(code)) account.simulator.fail({ kind: 'status', status: Number(code) });
  else account.simulator.fail({ kind: 'http', httpStatus: 400, body: JSON.stringify({ code, status: 400 }) });
}

const undocumented = ['0', '1', '99999', '999999999', 'toString', '__proto__'];

describeVendorCodes('the codes of Messages', {
  test: { describe, it },
  table: messageCodes,
  documented: documentedCodes('codes of Messages'),
  undocumented,
  outcomeOf: async (code) => {
    answerWith(code);
    return account.provider.send(text, context());
  },
});

const { '20404': _, ...shared } = documentedCodes('codes of Messages');

describeVendorCodes('the codes of a start of Verify', {
  test: { describe, it },
  table: verifyCodes,
  documented: { ...shared, ...documentedCodes('codes of Verify') },
  undocumented,
  outcomeOf: async (code) => {
    answerWith(code);
    const outcome = await account.provider.verification?.start({ id: 'message-1', to }, context());
    if (outcome === undefined) throw new Error('The account has no Verify service.');
    return outcome;
  },
});

it('every code of a check judges no code, but for those that do', async () => {
  const judging = new Map([
    ['20404', 'expired'],
    ['60202', 'exhausted'],
  ]);
  for (const code of verifyCodes.keys()) {
    answerWith(code);
    const outcome = await account.provider.verification?.check({ to, code: '123456' }, context());
    expect([code, outcome?.outcome]).toEqual([code, judging.get(code) ?? verifyCodes.get(code)?.outcome]);
  }
});
