import { isSmsError, type SmsError } from '../errors/sms-error.js';
import { parsePhoneNumber } from '../phone/parse.js';
import { EventHub } from '../telemetry/event-hub.js';
import type { AlarmEvent, DeniedEvent } from '../telemetry/events.js';
import { AbuseGuard, type AbuseGuardParts, type GuardedRequest } from './abuse-guard.js';
import { type GuardOptions, parseGuardOptions } from './guard-options.js';
import type { Limit, LimitStore, Taking } from './limit-store.js';
import { MemoryLimitStore } from './memory-limit-store.js';

export { ManualDeadline } from '../provider-kit/manual-deadline.test.fixture.js';

// The memory store loads a library with its first limit, and these tests count turns of the event loop.
try {
  await new MemoryLimitStore().take('any', { max: 1, windowMs: 1000 });
} catch {
  // A store that is broken fails in the tests, where it is reported; here it would only keep them from being run.
}

export const hourMs = 60 * 60 * 1000;
export const dayMs = 24 * hourMs;

/** No limit at all, to be overridden. */
export const unlimited = { global: false, prefix: false, ip: false, phone: false } as const;

export function requestTo(to: string, more: Partial<GuardedRequest> = {}): GuardedRequest {
  return {
    kind: 'verification',
    to: parsePhoneNumber(to),
    ip: undefined,
    purpose: undefined,
    locale: undefined,
    screening: undefined,
    ...more,
  };
}

export interface StoreCall {
  readonly method: 'take' | 'giveBack';
  readonly key: string;
  readonly limit: Limit;
  readonly elapsedMs?: number;
}

/** A memory store that remembers what it was asked, and fails or hangs when the test says so. */
export class RecordingLimitStore implements LimitStore {
  readonly isShared = false;
  readonly memory = new MemoryLimitStore();
  readonly calls: StoreCall[] = [];
  /** What it was asked without being told to take. They neither fail nor hang. */
  readonly looks: string[] = [];
  /** Asked before each call is carried out: what it throws or rejects with is the store's failure. */
  before: (call: StoreCall, number: number) => unknown = () => undefined;
  /** Units that are taken now, by key and limit; none is left out only if it is not 0. */
  readonly taken = new Map<string, number>();

  async look(key: string, limit: Limit): Promise<Taking> {
    this.looks.push(`${key} ${limit.max}/${limit.windowMs / 1000}`);
    return this.memory.look(key, limit);
  }

  async take(key: string, limit: Limit): Promise<Taking> {
    await this.#begin({ method: 'take', key, limit });
    const taking = await this.memory.take(key, limit);
    if (taking.taken) this.#count(key, limit, 1);
    return taking;
  }

  async giveBack(key: string, limit: Limit, elapsedMs: number): Promise<void> {
    await this.#begin({ method: 'giveBack', key, limit, elapsedMs });
    await this.memory.giveBack(key, limit, elapsedMs);
    this.#count(key, limit, -1);
  }

  async #begin(call: StoreCall): Promise<void> {
    this.calls.push(call);
    await this.before(call, this.calls.filter(({ method }) => method === call.method).length);
  }

  #count(key: string, limit: Limit, change: number): void {
    const name = nameOf(key, limit);
    const count = (this.taken.get(name) ?? 0) + change;
    if (count === 0) this.taken.delete(name);
    else this.taken.set(name, count);
  }

  /** What was asked, `take phone:+861… 1/60`. */
  get log(): readonly string[] {
    return this.calls.map(({ method, key, limit }) => `${method} ${nameOf(key, limit)}`);
  }
}

function nameOf(key: string, limit: Limit): string {
  return `${key} ${limit.max}/${limit.windowMs / 1000}`;
}

export interface GuardUnderTest {
  readonly guard: AbuseGuard;
  readonly denials: readonly DeniedEvent[];
  readonly alarms: readonly AlarmEvent[];
}

export function guardWith(options: GuardOptions, parts: Partial<AbuseGuardParts> = {}): GuardUnderTest {
  const events = new EventHub();
  const denials: DeniedEvent[] = [];
  const alarms: AlarmEvent[] = [];
  events.on('denied', (event) => denials.push(event));
  events.on('alarm', (event) => alarms.push(event));
  const guard = new AbuseGuard({
    options: parseGuardOptions(options),
    store: new MemoryLimitStore(),
    keyOf: (text) => text,
    routes: [{}],
    events,
    ...parts,
  });
  return { guard, denials, alarms };
}

/** The SmsError that a promise rejects with. */
export async function errorOf(promise: Promise<unknown>): Promise<SmsError> {
  try {
    await promise;
  } catch (error) {
    if (isSmsError(error)) return error;
    throw error;
  }
  throw new Error('It did not reject.');
}

/** Lets everything run that waits for nothing but its turn. */
export async function turns(count = 50): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await Promise.resolve();
}
