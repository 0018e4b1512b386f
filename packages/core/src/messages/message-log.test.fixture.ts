import { connection, fake } from '../client/sms-client.test.fixture.js';
import type { DeliveryReport } from '../contract/provider-events.js';
import type { Delivered } from '../delivery/router.js';
import { SmsError } from '../errors/sms-error.js';
import { accepted } from '../provider-kit/outcomes.js';
import { EventHub, type ReportEvent, type ResolvedEvent } from '../telemetry/events.js';
import { MemoryMessageStore } from './memory-message-store.js';
import { MessageLog } from './message-log.js';
import type { MessageRecord } from './message-record.js';
import { stateOf } from './message-state.js';
import type { MessageStore } from './message-store.js';
import { storeOver, to } from './message-stores.test.fixture.js';

export const id = '01890000-0000-7000-8000-000000000001';
export const attempt = (provider: string, outcome: 'accepted' | 'unknown') => ({ provider, outcome, durationMs: 1 });
export const taken: Delivered = { attempts: [attempt('a', 'accepted')], accepted: accepted('r'), error: undefined };
const error = new SmsError({ code: 'timeout', outcome: 'unknown', message: 'Lost.' });
export const lost: Delivered = { attempts: [attempt('a', 'unknown')], accepted: undefined, error };
export const report = (changes: Partial<DeliveryReport> = {}): DeliveryReport => ({
  kind: 'report',
  state: 'sent',
  ...changes,
});

/** A log over providers a, b and c, of which a and b may send its message; the store may answer otherwise. */
export function logWith(changes: (store: MessageStore) => Partial<MessageStore> = () => ({})) {
  const memory = new MemoryMessageStore();
  const store = storeOver(memory, changes(memory));
  const events = new EventHub();
  const lookup = { visibleAfterMs: 5_000, absenceProves: true, find: async () => ({ outcome: 'absent' }) as const };
  const providers = new Map(
    ['a', 'b', 'c'].map((name) => [name, fake(name, [], undefined, { events: connection().events, lookup })]),
  );
  const log = new MessageLog({ store, retainMs: 86_400_000, providers, events });
  const reports: ReportEvent[] = [];
  const resolved: ResolvedEvent[] = [];
  events.on('report', (event) => reports.push(event));
  events.on('resolved', (event) => resolved.push(event));
  const record = log.newRecord({ id, to, kind: 'message' }, ['a', 'b'], 10_000);
  const current = () => memory.read(id) as MessageRecord;
  const state = () => stateOf(current(), Date.now()).state;
  return { memory, store, log, record, reports, resolved, current, state };
}

/** The same, with the first record written. */
export async function begun(changes?: (store: MessageStore) => Partial<MessageStore>) {
  const made = logWith(changes);
  await made.log.begin(made.record);
  return made;
}
