import type { BoxReport } from '../../../control/contract.js';
import { announce, attempt } from '../kit/announce.js';
import { post } from '../kit/api.js';
import { Time } from '../kit/time.js';
import { reasonWords, tellingWords } from '../kit/words.js';

export function ReportRow({ report }: { report: BoxReport }) {
  const { id, state, reason, providerCode, status, attempts, at, fault, problem } = report;
  const release = () =>
    attempt(async () => {
      const told = await post<BoxReport>(`/api/reports/${encodeURIComponent(id)}/release`);
      announce(`Report ${told.state}: ${told.problem ?? tellingWords[told.status]}`);
    });
  return (
    <div class="report">
      <span class={`state ${state}`}>{state}</span>
      <span class="grow">
        {problem ?? tellingWords[status]}
        {attempts.length > 1 && `, ${attempts.length} attempts`}
        {reason !== undefined && <span class="faint"> · {reasonWords[reason]}</span>}
        {providerCode !== undefined && <span class="faint"> · code {providerCode}</span>}
        {fault !== undefined && <span class="state fault">fault: {fault}</span>}
      </span>
      <Time at={at} />
      {status === 'held' && (
        <button type="button" class="primary" aria-label={`Release report ${id}, ${state}`} onClick={release}>
          Release
        </button>
      )}
    </div>
  );
}
