import { expect, test } from 'vitest';
import type { FaultEntry } from '../../../control/contract.js';
import { withFaultChanges } from './fault-changes.js';

const entry = (id: string, left: number): FaultEntry => ({
  id,
  vendor: null,
  fault: { kind: 'html' },
  when: {},
  left,
});

test('faults come, hit, and go, in the order of their ids', () => {
  const faults = withFaultChanges(
    [entry('1', 2)],
    [
      { change: 'set', entry: entry('2', 3) },
      { change: 'set', entry: entry('1', 1) },
      { change: 'gone', id: '7' },
    ],
  );
  expect(faults).toEqual([entry('1', 1), entry('2', 3)]);
  expect(withFaultChanges(faults, [{ change: 'gone', id: '1' }])).toEqual([entry('2', 3)]);
  const anew = withFaultChanges(faults, [{ change: 'all-gone' }, { change: 'set', entry: entry('3', 1) }]);
  expect(anew).toEqual([entry('3', 1)]);
  expect(withFaultChanges(faults, [])).toBe(faults);
});
