import type { FaultChange, FaultEntry } from '../../../control/contract.js';
import { withNewer } from './arrivals.js';

/** The faults after these changes. */
export function withFaultChanges(
  faults: readonly FaultEntry[],
  changes: readonly FaultChange[],
): readonly FaultEntry[] {
  return changes.reduce(withFaultChange, faults);
}

function withFaultChange(faults: readonly FaultEntry[], change: FaultChange): readonly FaultEntry[] {
  switch (change.change) {
    case 'set':
      return withNewer(faults, [change.entry]);
    case 'gone':
      return faults.filter(({ id }) => id !== change.id);
    case 'all-gone':
      return [];
  }
}
