import { readFileSync } from 'node:fs';
import { errorPolicy, smsErrorCodes } from '@polysms/core';
import { expect, it } from 'vitest';
import { root } from './repository.js';

it('docs/errors.md lists every code, with the policy of the code', () => {
  const text = readFileSync(`${root}docs/errors.md`, 'utf8');
  const rows = [...text.matchAll(/^\| `(\w+)` \| .+ \| .+ \| ([\w-]+) \| (yes|no) \|$/gm)];
  const documented = rows.map(([, code, failOver, circuit]) => ({ code, failOver, circuit }));
  const actual = smsErrorCodes.map((code) => ({
    code,
    failOver: errorPolicy(code).failOver,
    circuit: errorPolicy(code).countsAgainstCircuit ? 'yes' : 'no',
  }));
  expect(documented).toEqual(actual);
});
