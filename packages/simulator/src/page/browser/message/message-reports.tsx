import { useState } from 'preact/hooks';
import type { BoxMessageDetails, BoxReport, ReportCall } from '../../../control/contract.js';
import { announce, attempt } from '../kit/announce.js';
import { post } from '../kit/api.js';
import { failedStates, reasonWords, tellingWords } from '../kit/words.js';
import { ReportRow } from '../reports/report-row.js';
import { ReportSwitches } from '../reports/report-switches.js';

/** What the app was told of a message, and what a person has the vendor tell it. */
export function MessageReports({ message }: { message: BoxMessageDetails }) {
  const report = (call: ReportCall) =>
    attempt(async () => {
      const told = await post<BoxReport>(`/api/messages/${encodeURIComponent(message.id)}/reports`, call);
      announce(`Report ${told.state}: ${told.problem ?? tellingWords[told.status]}`);
    });
  return (
    <>
      {message.reports.length === 0 ? (
        <p class="faint">None yet.</p>
      ) : (
        <ul class="rows">
          {message.reports.map((each) => (
            <li key={each.id}>
              <ReportRow report={each} />
            </li>
          ))}
        </ul>
      )}
      <div class="actions">
        <button type="button" class="good" onClick={() => report({ state: 'delivered' })}>
          Report delivered
        </button>
      </div>
      <Failure report={report} />
      <ReportSwitches />
    </>
  );
}

type State = (typeof failedStates)[number];
type Reason = keyof typeof reasonWords;

function Failure({ report }: { report: (call: ReportCall) => Promise<unknown> }) {
  const [state, setState] = useState<State>('undelivered');
  const [reason, setReason] = useState<Reason>('unreachable');
  return (
    <form
      class="actions"
      aria-label="Report a failure"
      onSubmit={(event) => {
        event.preventDefault();
        void report({ state, reason });
      }}
    >
      <label>
        <span>State</span>
        <select value={state} onChange={(event) => setState(event.currentTarget.value as State)}>
          {failedStates.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      </label>
      <label>
        <span>Reason</span>
        <select value={reason} onChange={(event) => setReason(event.currentTarget.value as Reason)}>
          {Object.entries(reasonWords).map(([name, words]) => (
            <option key={name} value={name}>
              {words}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" class="bad">
        Report failure
      </button>
    </form>
  );
}
