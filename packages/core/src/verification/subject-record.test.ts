import { expect, it } from 'vitest';
import { cancelChallenge, endAll, openChallenge, type SubjectRecord } from './subject-record.js';
import type { NewChallenge } from './verification-store.js';

const challenge: NewChallenge = {
  subject: 's',
  id: 'first',
  to: '+8613800138000',
  purpose: 'login',
  codes: [{ kind: 'local', digest: 'digest', maxChecks: 5, lifetimeMs: 100 }],
  maxFailures: 9,
  maxLive: 3,
  keepMs: 50,
};

function opened(): SubjectRecord {
  const record: SubjectRecord = { challenges: [], failures: undefined };
  for (const id of ['first', 'second']) openChallenge(record, { ...challenge, id }, 0);
  return record;
}

it('a record keeps the digests of codes that may still be accepted, and no others', () => {
  const record = opened();
  expect(JSON.stringify(record).split('digest":"digest')).toHaveLength(3);
  expect(cancelChallenge(record, 'first', 1)).toBe(true);
  expect(JSON.stringify(record).split('digest":"digest')).toHaveLength(2);
  endAll(record, 100, record.challenges[1]);
  expect(JSON.stringify(record)).not.toContain('digest');
  expect(record.challenges.map(({ id, ended }) => [id, ended])).toEqual([
    ['first', 'canceled'],
    ['second', 'approved'],
  ]);
});
