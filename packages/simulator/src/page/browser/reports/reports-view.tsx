import { useComputed } from '@preact/signals';
import { attempt } from '../kit/announce.js';
import { post } from '../kit/api.js';
import { phoneLink } from '../kit/route.js';
import { VendorBadge } from '../kit/vendor-badge.js';
import { VirtualList } from '../kit/virtual-list.js';
import { reportSettings, reports, titleOf, vendors } from '../state/box.js';
import { ReportRow } from './report-row.js';
import { ReportSwitches } from './report-switches.js';

const rowHeight = 56;

export function ReportsView() {
  const newestFirst = useComputed(() => reports.value.toReversed());
  const held = reports.value.filter(({ status }) => status === 'held');
  const releaseAll = () =>
    attempt(async () => {
      for (const { id } of held) await post(`/api/reports/${encodeURIComponent(id)}/release`);
    });
  const reporting = vendors.value?.filter((vendor) => vendor.reports).map(({ title }) => title) ?? [];
  return (
    <div class="page filled">
      <h2>Reports</h2>
      <p class="lead">
        {reporting.length === 0
          ? 'No vendor in this box tells an app what became of a message.'
          : `What becomes of messages, told to the app and signed as these vendors do: ${reporting.join(', ')}.`}
      </p>
      {reporting.length > 0 && (
        <>
          <Target />
          <ReportSwitches />
          {held.length > 0 && (
            <button type="button" class="primary" onClick={releaseAll}>
              Release all {held.length}
            </button>
          )}
          {reports.value.length === 0 ? (
            <p class="hint">No report yet. One follows each message that such a vendor takes.</p>
          ) : (
            <VirtualList
              items={newestFirst.value}
              keyOf={({ id }) => id}
              estimatedHeight={rowHeight}
              label="Reports, the newest first"
              class="rows"
            >
              {(report) => (
                <div class="with-link">
                  <span>
                    <VendorBadge vendor={report.vendor} title={titleOf(report.vendor)} />{' '}
                    <MessageLink id={report.messageId} />
                  </span>
                  <ReportRow report={report} />
                </div>
              )}
            </VirtualList>
          )}
        </>
      )}
    </div>
  );
}

function Target() {
  const to = reportSettings.value?.reportsTo ?? null;
  if (to === null) {
    return (
      <p class="notice">
        No webhook is told but those that a message names. Name your app’s: <code>box --reports-to URL</code>,{' '}
        <code>startSimulator({'{ reportsTo }'})</code>, or <code>POST /api/reports/settings</code> with{' '}
        <code>reportsTo</code>.
      </p>
    );
  }
  return (
    <p>
      They go to <code>{typeof to === 'string' ? `${to}/<vendor>` : Object.values(to).join(', ')}</code>.
    </p>
  );
}

/** A report knows its message, not the phone. */
function MessageLink({ id }: { id: string }) {
  const open = () =>
    attempt(async () => {
      const response = await fetch(`/api/messages/${encodeURIComponent(id)}`);
      if (!response.ok) throw new Error(`The box knows message ${id} no more.`);
      const { to } = (await response.json()) as { to: string };
      location.hash = phoneLink(to, id);
    });
  return (
    <button type="button" class="link" onClick={open}>
      message {id}
    </button>
  );
}
