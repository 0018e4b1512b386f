import * as v from 'valibot';
import { isSmsError, type SmsError } from '../errors/sms-error.js';
import { parsePhoneNumber } from '../phone/parse.js';
import { parseOptions } from '../provider-kit/options.js';
import { type AlarmEvent, type DeniedEvent, EventHub } from '../telemetry/events.js';
import { AbuseGuard, type AbuseGuardDeps, type GuardedRequest } from './abuse-guard.js';
import { type GuardOptions, guardSchema, withGuardDefaults } from './guard-options.js';
import type { LimitStore, LimitUnit, TakenUnit, TakeResult } from './limit-store.js';
import { MemoryLimitStore } from './memory-limit-store.js';

export { ManualDeadline } from '../provider-kit/manual-deadline.test.fixture.js';

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

/** What a store was asked; `units` are strings such as `phone:+861… 1/60`. */
export interface StoreCall {
  readonly method: 'takeAll' | 'refund';
  readonly units: readonly string[];
}

/** A memory store that remembers what it was asked, and fails or hangs when the test says so. */
export class RecordingLimitStore implements LimitStore {
  readonly isShared = false;
  readonly memory = new MemoryLimitStore();
  readonly calls: StoreCall[] = [];
  /** Asked before each call is carried out: what it throws or rejects with is the store's failure. */
  before: (call: StoreCall, number: number) => unknown = () => undefined;
  /** Units that are taken now, by key and limit; none is left out only if it is not 0. */
  readonly taken = new Map<string, number>();

  async takeAll(units: readonly LimitUnit[]): Promise<TakeResult> {
    await this.#begin('takeAll', units);
    const result = this.memory.takeAll(units);
    if (result.taken) for (const unit of result.units) this.#count(unit, 1);
    return result;
  }

  async refund(units: readonly TakenUnit[]): Promise<void> {
    await this.#begin('refund', units);
    this.memory.refund(units);
    for (const unit of units) this.#count(unit, -1);
  }

  /** What it was asked to do so far. */
  callsOf(method: StoreCall['method']): readonly StoreCall[] {
    return this.calls.filter((call) => call.method === method);
  }

  async #begin(method: StoreCall['method'], units: readonly LimitUnit[]): Promise<void> {
    const call = { method, units: units.map(nameOf) };
    this.calls.push(call);
    await this.before(call, this.callsOf(method).length);
  }

  #count(unit: LimitUnit, change: number): void {
    const name = nameOf(unit);
    const count = (this.taken.get(name) ?? 0) + change;
    if (count === 0) this.taken.delete(name);
    else this.taken.set(name, count);
  }
}

function nameOf({ key, limit }: LimitUnit): string {
  return `${key} ${limit.max}/${limit.windowMs / 1000}`;
}

export interface GuardUnderTest {
  readonly guard: AbuseGuard;
  readonly denials: readonly DeniedEvent[];
  readonly alarms: readonly AlarmEvent[];
}

export function guardWith(options: GuardOptions, parts: Partial<AbuseGuardDeps> = {}): GuardUnderTest {
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

/** Guard options as a client reads them. */
export function parseGuardOptions(given: GuardOptions = {}) {
  const schema = v.object({ guard: guardSchema });
  return withGuardDefaults(parseOptions('createSmsClient()', schema, { guard: given }).guard);
}
