import { signal } from '@preact/signals';
import type { BoxEvents, BoxReport, ConversationEntry, WireRequest } from '../../../control/contract.js';
import { faults, refresh, refreshAll, startAnew, take } from './box.js';

export const connection = signal<'connecting' | 'live' | 'lost'>('connecting');

/** Events of so long are shown together: thousands at once must not paint the page thousands of times. */
const gatheringMs = 40;
const reconnectAfterMs = 2_000;

type Look = keyof typeof refresh;

/** Follows the box. The browser connects again by itself, and tells the box the last event that it saw. */
export function follow() {
  const source = new EventSource('/api/events');
  let arrivals: ConversationEntry[] = [];
  let reports: BoxReport[] = [];
  let requests: WireRequest[] = [];
  let looks = new Set<Look>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    timer = undefined;
    take({ arrivals, reports, requests });
    for (const look of looks) void refresh[look]().catch(() => undefined);
    [arrivals, reports, requests, looks] = [[], [], [], new Set()];
  };
  const soon = (...wanted: Look[]) => {
    for (const look of wanted) looks.add(look);
    if (timer === undefined) timer = setTimeout(flush, gatheringMs);
  };
  const on = <Name extends keyof BoxEvents>(name: Name, listener: (data: BoxEvents[Name]) => void) =>
    source.addEventListener(name, (event) => listener(JSON.parse((event as MessageEvent<string>).data)));

  source.addEventListener('open', () => {
    connection.value = 'live';
    // Also after a restart of the box, which knows nothing of the events before it.
    void refreshAll().catch(() => undefined);
  });
  source.addEventListener('error', () => {
    connection.value = 'lost';
    // A browser gives up where it is answered by something other than events.
    if (source.readyState === EventSource.CLOSED) setTimeout(follow, reconnectAfterMs);
  });
  on('message', (message) => {
    if (message.failed === undefined) arrivals.push({ direction: 'in', message });
    soon();
  });
  on('reply', (reply) => {
    arrivals.push({ direction: 'out', reply });
    soon('details');
  });
  on('report', (report) => {
    reports.push(report);
    soon('details');
  });
  on('request', (request) => {
    requests.push(request);
    soon();
  });
  on('fault', (all) => {
    faults.value = all;
  });
  on('settings', () => soon('vendors', 'reports'));
  on('reset', () => {
    [arrivals, reports, requests] = [[], [], []];
    void startAnew().catch(() => undefined);
  });
}
