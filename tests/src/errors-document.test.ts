import { readFileSync } from 'node:fs';
import { errorPolicy, smsErrorCodes } from '@polysms/core';
import { undeliveredReasons } from '@polysms/core/provider-kit';
import { expect, it } from 'vitest';
import { documents } from './document-blocks.js';
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

it('no document names a code that does not exist', () => {
  const words = ['node_modules', 'polysms_circuit_open'];
  const ofVendors = ['error_code', 'template_parameter_count_illegal'];
  // Settings of PostgreSQL and pg, and names of ours in a database.
  const settings = [
    'lock_timeout',
    'max_connections',
    'query_timeout',
    'statement_timeout',
    'graphile_worker',
    'app_user',
  ];
  const durability = ['synchronous_commit', 'synchronous_standby_names'];
  const tables = ['limit_refunds', 'limit_windows', 'message_keys', 'message_references', 'opt_outs'];
  const ofDatabases = [...settings, ...durability, ...tables];
  const known = new Set<string>([...smsErrorCodes, ...undeliveredReasons, ...words, ...ofVendors, ...ofDatabases]);
  // In backticks, and of words in small letters with an underscore: how hardly anything but a code is written.
  const names = documents().flatMap((document) =>
    [...readFileSync(root + document, 'utf8').matchAll(/`([a-z]+(?:_[a-z]+)+)`/g)].map(([, name = '']) => ({
      document,
      name,
    })),
  );
  expect(names.length).toBeGreaterThan(100);
  expect(names.filter(({ name }) => !known.has(name))).toEqual([]);
});
