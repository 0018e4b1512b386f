import { refused, unknown, vendorCodes } from '@polysms/core/provider-kit';
import { describe, expect, it } from 'vitest';
import { describeVendorCodes, type VendorCodesOptions } from './describe-vendor-codes.js';

const table = vendorCodes([
  [[7], 'rate_limited', 'The vendor wants fewer requests.'],
  [['9'], 'provider_unavailable', 'The vendor failed.', 'unknown'],
]);
const right = {
  table,
  documented: { '7': 'refused rate_limited', '9': 'unknown provider_unavailable' },
  undocumented: ['toString'],
  outcomeOf: async (code: string) => {
    if (code === '7') return refused('rate_limited', 'The vendor wants fewer requests.', { providerCode: code });
    if (code === '9') return unknown('provider_unavailable', 'The vendor failed.', { providerCode: code });
    return refused('unrecognized_provider_code', 'The vendor refused the request.', { providerCode: code });
  },
};

describeVendorCodes('a right provider', { test: { describe, it }, ...right });

/** Runs the tests of a provider, and gives the titles of those that fail. */
async function failures(options: Omit<VendorCodesOptions, 'test'>): Promise<readonly string[]> {
  const tests: [string, () => Promise<void>][] = [];
  const collect = {
    describe: (_name: string, body: () => void) => body(),
    it: (name: string, body: () => Promise<void>) => tests.push([name, body]),
  };
  describeVendorCodes('collected', { test: collect, ...options });
  const failed: string[] = [];
  for (const [name, body] of tests) {
    await body().catch(() => failed.push(name));
  }
  return failed;
}

describe('describeVendorCodes() finds', () => {
  it('nothing wrong with a right provider', async () => {
    expect(await failures(right)).toEqual([]);
  });

  it('a code that is missing, and one too many', async () => {
    const { '7': seven } = right.documented;
    expect(await failures({ ...right, documented: { '7': seven } })).toEqual([
      'has the codes that are documented, and no others',
    ]);
  });

  it('a code that becomes something else', async () => {
    const wrong = { ...right.documented, '7': 'refused recipient_blocked' };
    expect(await failures({ ...right, documented: wrong })).toEqual(['7 is refused recipient_blocked']);
  });

  it('a code without the vendor’s own, and one without a sentence', async () => {
    for (const outcome of [
      refused('rate_limited', 'The vendor says no.'),
      refused('rate_limited', 'no', { providerCode: '7' }),
    ]) {
      const outcomeOf = async (code: string) => (code === '7' ? outcome : right.outcomeOf(code));
      expect(await failures({ ...right, outcomeOf })).toEqual(['7 is refused rate_limited']);
    }
  });

  it.each(['8', 'toString'])('that %s is taken for a success', async (taken) => {
    const outcomeOf = async (code: string) =>
      code === taken ? ({ outcome: 'accepted' } as const) : right.outcomeOf(code);
    expect(await failures({ ...right, outcomeOf })).toEqual(['makes no success of a code that nobody has documented']);
  });
});
