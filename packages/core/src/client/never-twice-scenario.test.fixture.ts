import fc from 'fast-check';
import { type SmsErrorCode, smsErrorCodes } from '../errors/error-codes.js';

/** What a fake provider does with one call. */
export interface Behaviour {
  readonly kind:
    | 'accepts'
    | 'refuses'
    | 'does-not-send'
    | 'does-not-know'
    | 'throws-at-once'
    | 'rejects'
    | 'garbage'
    | 'hangs';
  /** Whether the message reaches the phone, where the kind leaves that open. */
  readonly arrives: boolean;
  /** Whether it reaches the phone with the answer instead of at once. */
  readonly arrivesLate: boolean;
  readonly code: SmsErrorCode;
  /** Which of the values that are no outcome. */
  readonly garbage: number;
  readonly delayMs: number;
  /** Whether `delayMs` counts from the deadline, before or after it, instead of from the call. */
  readonly aroundDeadline: boolean;
  /** Whether it settles when the deadline ends or the caller aborts. */
  readonly honoursDeadline: boolean;
}

export interface ProviderScript {
  readonly sends: { readonly text: boolean; readonly template: boolean; readonly senderId: boolean };
  /** One for each call, and again from the start. */
  readonly behaviours: readonly Behaviour[];
}

export interface ScriptedSend {
  readonly deadlineMs: number;
  /** Milliseconds after the beginning; 0 is before it. */
  readonly abortAfterMs: number | undefined;
  readonly onUnknown: 'stop' | 'failover' | undefined;
  /** Numbers of providers; those that do not exist are left out. */
  readonly via: readonly number[] | undefined;
  readonly asTemplate: boolean;
}

/** Sends that begin in one and the same turn of the event loop. */
export interface Moment {
  readonly afterMs: number;
  /** All its sends have this idempotency key. Its policy after an unknown outcome belongs to the key. */
  readonly key: number | undefined;
  readonly sends: readonly ScriptedSend[];
}

export interface StoreScript {
  /** How long each operation takes, again from the start. */
  readonly delaysMs: readonly number[];
  /** Which operations fail, and whether before or after they were done; again from the start. */
  readonly failures: readonly ('none' | 'before' | 'after')[];
}

/** One run of the model. */
export interface Scenario {
  readonly providers: readonly ProviderScript[];
  readonly strategy: 'priority' | 'round-robin' | 'weighted';
  readonly weights: readonly number[];
  readonly maxAttempts: number;
  readonly attemptTimeoutMs: number | undefined;
  readonly retryBudget: { readonly ratio: number; readonly burst: number };
  readonly breaker: {
    readonly minimumCalls: number;
    readonly consecutiveFailures: number;
    readonly failureRatePercent: number;
    readonly windowMs: number;
    readonly openMs: number;
  };
  readonly onUnknown: 'stop' | 'failover';
  readonly keysMayBeSentTwice: readonly boolean[];
  /** Undefined: the store in memory. */
  readonly store: StoreScript | undefined;
  readonly moments: readonly Moment[];
  /** When the client is closed, counted in moments; never if there are fewer. */
  readonly closesAfter: number;
}

/** How many values that are no outcome there are: see the fake provider. */
export const garbageKinds = 12;

// Only a circuit answers `circuit_open`: the oracle tells by it which attempts reached no provider.
const code = fc.constantFrom(...smsErrorCodes.filter((each) => each !== 'circuit_open'));

const behaviour: fc.Arbitrary<Behaviour> = fc.record({
  kind: fc.oneof(
    { weight: 4, arbitrary: fc.constant('accepts' as const) },
    { weight: 3, arbitrary: fc.constantFrom('refuses' as const, 'does-not-send' as const) },
    { weight: 4, arbitrary: fc.constantFrom('does-not-know' as const, 'hangs' as const) },
    { weight: 2, arbitrary: fc.constantFrom('throws-at-once' as const, 'rejects' as const, 'garbage' as const) },
  ),
  arrives: fc.boolean(),
  arrivesLate: fc.boolean(),
  code: fc.oneof(code, fc.constantFrom<SmsErrorCode>('network_error', 'provider_unavailable')),
  garbage: fc.nat(garbageKinds - 1),
  delayMs: fc.oneof(fc.constant(0), fc.nat(60)),
  aroundDeadline: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, fc.boolean()),
  honoursDeadline: fc.boolean(),
});

const provider: fc.Arbitrary<ProviderScript> = fc.record({
  sends: fc.constantFrom(
    { text: true, template: true, senderId: true },
    { text: true, template: true, senderId: true },
    { text: true, template: false, senderId: true },
    { text: false, template: true, senderId: false },
  ),
  behaviours: fc.array(behaviour, { minLength: 1, maxLength: 6 }),
});

const scriptedSend: fc.Arbitrary<ScriptedSend> = fc.record({
  deadlineMs: fc.oneof(fc.integer({ min: 1, max: 200 }), fc.constant(100)),
  abortAfterMs: fc.option(fc.nat(120), { nil: undefined, freq: 4 }),
  onUnknown: fc.option(fc.constantFrom('stop' as const, 'failover' as const), { nil: undefined }),
  via: fc.option(fc.uniqueArray(fc.nat(3), { minLength: 1, maxLength: 4 }), { nil: undefined, freq: 4 }),
  asTemplate: fc.boolean(),
});

const moment: fc.Arbitrary<Moment> = fc.record({
  afterMs: fc.oneof(fc.nat(20), fc.nat(150)),
  key: fc.option(fc.nat(1), { nil: undefined, freq: 3 }),
  sends: fc.array(scriptedSend, { minLength: 1, maxLength: 4 }),
});

const store: fc.Arbitrary<StoreScript> = fc.record({
  delaysMs: fc.array(fc.oneof(fc.constant(0), fc.nat(60)), { minLength: 1, maxLength: 5 }),
  failures: fc.array(fc.constantFrom('none' as const, 'none' as const, 'before' as const, 'after' as const), {
    minLength: 1,
    maxLength: 5,
  }),
});

const anyScenario: fc.Arbitrary<Scenario> = fc.record({
  providers: fc.array(provider, { minLength: 2, maxLength: 4 }),
  strategy: fc.constantFrom('priority' as const, 'round-robin' as const, 'weighted' as const),
  weights: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.nat(3), fc.nat(3), fc.nat(3)),
  maxAttempts: fc.integer({ min: 1, max: 4 }),
  attemptTimeoutMs: fc.option(fc.integer({ min: 1, max: 120 }), { nil: undefined, freq: 3 }),
  retryBudget: fc.record({ ratio: fc.constantFrom(0, 0.2, 1), burst: fc.constantFrom(0, 1, 3, 1000) }),
  breaker: fc.record({
    minimumCalls: fc.integer({ min: 1, max: 4 }),
    consecutiveFailures: fc.constantFrom(1, 2, 5, 1000),
    failureRatePercent: fc.constantFrom(0, 50, 80),
    windowMs: fc.constantFrom(100, 1000),
    openMs: fc.integer({ min: 1, max: 80 }),
  }),
  onUnknown: fc.constantFrom('stop' as const, 'failover' as const),
  keysMayBeSentTwice: fc.tuple(fc.boolean(), fc.boolean()),
  store: fc.option(store, { nil: undefined, freq: 4 }),
  moments: fc.array(moment, { minLength: 1, maxLength: 6 }),
  closesAfter: fc.oneof({ weight: 4, arbitrary: fc.constant(99) }, fc.nat(5)),
});

export const scenario: fc.Arbitrary<Scenario> = anyScenario.map((each) =>
  // Calls that wait for a slow store take their turns at times that nobody outside can tell.
  each.store === undefined ? each : { ...each, strategy: 'priority' },
);
