import type { ReportedState } from '@polysms/core/provider-kit';
import type { ReportFault } from '../faults/faults.js';

/** A report to come. */
export interface PlannedReport {
  readonly state: ReportedState;
  /** When it happens, in milliseconds after the message. */
  readonly happensAfterMs: number;
  /** When the app is told; undefined: never. */
  readonly toldAfterMs: number | undefined;
}

/** What is told of a message, and when: one state after the other, unless a fault has it otherwise. */
export function planReports(
  states: readonly ReportedState[],
  delayMs: number,
  fault: ReportFault | undefined,
): readonly PlannedReport[] {
  const planned = states.map((state, index) => {
    const afterMs = delayMs * (index + 1);
    return { state, happensAfterMs: afterMs, toldAfterMs: afterMs };
  });
  switch (fault?.kind) {
    case undefined:
      return planned;
    case 'report-lost':
      return planned.map((each) => ({ ...each, toldAfterMs: undefined }));
    case 'report-late':
      return planned.map((each) => ({ ...each, toldAfterMs: each.toldAfterMs + fault.delayMs }));
    case 'report-twice':
      return planned.flatMap((each) => [each, each]);
    case 'reports-reversed': {
      const times = planned.map((each) => each.toldAfterMs).reverse();
      return planned.map((each, index) => ({ ...each, toldAfterMs: times[index] })).reverse();
    }
    case 'report-contradicted': {
      const afterMs = delayMs * (states.length + 1);
      return [...planned, { state: 'undelivered', happensAfterMs: afterMs, toldAfterMs: afterMs }];
    }
  }
}
