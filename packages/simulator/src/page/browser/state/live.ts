import { signal } from '@preact/signals';
import type { BoxEvents } from '../../../control/contract.js';
import { hear, refresh, refreshAll, startAnew } from './box.js';

export const connection = signal<'connecting' | 'live' | 'lost'>('connecting');

const reconnectAfterMs = 2_000;

/** Follows the box. The browser connects again by itself, and tells the box the last event that it saw. */
export function follow() {
  const source = new EventSource('/api/events');
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
    if (message.failed === undefined) hear('entries', { direction: 'in', message });
  });
  on('reply', (reply) => hear('entries', { direction: 'out', reply }));
  on('report', (report) => hear('reports', report));
  on('request', (request) => hear('requests', request));
  on('fault', (change) => hear('faults', change));
  on('settings', () => void Promise.all([refresh.vendors(), refresh.reports()]).catch(() => undefined));
  on('reset', () => void startAnew().catch(() => undefined));
}
