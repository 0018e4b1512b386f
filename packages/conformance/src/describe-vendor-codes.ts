import type { CheckOutcome, SendOutcome, VendorCodes } from '@polysms/core/provider-kit';
import { demand, demandEqual } from './demand.js';
import type { TestFunctions } from './options.js';

/** What {@link describeVendorCodes} takes. */
export interface VendorCodesOptions {
  /** `describe` and `it` of the test runner. */
  readonly test: TestFunctions;
  /** The table of the provider. */
  readonly table: VendorCodes;
  /**
   * What each code must become, as the vendor's documentation was read, and not as the table has it: `{ '21211':
   * 'refused invalid_phone_number' }`.
   */
  readonly documented: Readonly<Record<string, string>>;
  /** Codes that nobody has documented. Those next to the documented ones are tried by themselves, if they are numbers. */
  readonly undocumented: readonly string[];
  /** Has the vendor answer a call with a code, over the wire, and gives what the provider made of it. */
  outcomeOf(code: string): Promise<SendOutcome | CheckOutcome>;
}

/** Tests every code of a vendor through the wire, and that a code which nobody knows is never a success. */
export function describeVendorCodes(
  name: string,
  { test: { describe, it }, table, documented, undocumented, outcomeOf }: VendorCodesOptions,
): void {
  describe(name, () => {
    it('has the codes that are documented, and no others', async () => {
      demandEqual(
        [...table.keys()].sort().join(),
        Object.keys(documented).sort().join(),
        'The table has other codes than the documentation',
        'give each documented code its row, and no row to what nobody has documented',
      );
    });

    for (const [code, expected] of Object.entries(documented)) {
      it(`${code} is ${expected}`, async () => {
        const outcome = await outcomeOf(code);
        demandEqual(summaryOf(outcome), expected, `The code ${code} became ${summaryOf(outcome)}`, 'mend its row');
        if (!('code' in outcome)) return;
        demandEqual(outcome.providerCode, code, 'The vendor’s own code is not beside ours', 'put it into providerCode');
        demand(
          /^\p{Lu}.+ .+\.$/u.test(outcome.message),
          `The message of ${code} is no sentence: ${outcome.message}`,
          'say in a sentence what is wrong, for a developer',
        );
      });
    }

    it('makes no success of a code that nobody has documented', async () => {
      for (const code of unknownCodes(Object.keys(documented), undocumented)) {
        const outcome = await outcomeOf(code);
        demand(
          outcome.outcome === 'refused' || outcome.outcome === 'unknown',
          `The code ${code}, which nobody has documented, became ${summaryOf(outcome)}`,
          'answer refused where the vendor certainly did nothing, and else unknown',
        );
      }
    });
  });
}

function summaryOf(outcome: SendOutcome | CheckOutcome): string {
  return 'code' in outcome ? `${outcome.outcome} ${outcome.code}` : outcome.outcome;
}

function unknownCodes(known: readonly string[], others: readonly string[]): readonly string[] {
  const numbers = known.filter((code) => /^\d{1,9}$/.test(code)).map(Number);
  const near = numbers.flatMap((number) => [number - 1, number + 1]).map(String);
  return [...new Set([...near, ...others])].filter((code) => !known.includes(code));
}
