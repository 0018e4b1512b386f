import {
  configurationInvalid,
  type OptionalPaceOptions,
  type Price,
  paceProblem,
  parseOptions,
} from '@polysms/core/provider-kit';
import * as v from 'valibot';
import { priceSchema, segmentsSchema } from './event-schema.js';
import type { MockMessage } from './mock-message.js';

/**
 * What {@link mock} takes. Everything has a default. Without `maxPerSecond` it takes every call at once; with it a call
 * waits for its turn, as with a provider that keeps to the rate of its vendor.
 */
export interface MockOptions extends OptionalPaceOptions {
  /** The provider's id. Default `mock`. */
  readonly id?: string | undefined;
  /** What `send()` takes. All is true by default; anything else is answered `not-sent` with `unsupported_message`. */
  readonly sends?:
    | {
        readonly text?: boolean | undefined;
        readonly template?: boolean | undefined;
        /** Whether texts may have a sender ID. Default: the same as `text`. */
        readonly senderId?: boolean | undefined;
      }
    | undefined;
  /** Whether the mock makes, sends and checks codes itself. Default true; with false, `verification` is null. */
  readonly verification?: boolean | undefined;
  /**
   * Told of every message as soon as the phone has it, to show codes to whoever develops an app. What it throws changes
   * nothing but a warning. A mock with it cannot be made where `NODE_ENV` is `production`.
   */
  readonly onMessage?: ((message: MockMessage) => void) | undefined;
  /**
   * How long the answer takes, in whole milliseconds: a number, or a range that each call draws from.
   * Default 0: no timer at all. The message itself is in the outbox at once.
   */
  readonly latencyMs?: number | { readonly min: number; readonly max: number } | undefined;
  /**
   * A 32-bit integer from which codes, references and latencies follow: two mocks with the same seed behave the same.
   * The default is taken from the id, so that runs repeat and two mocks of one client still make different codes.
   */
  readonly seed?: number | undefined;
  /** Milliseconds since 1970, for `receivedAt` and the lifetime of codes. Default `Date`. */
  readonly clock?: { now(): number } | undefined;
  /** Digits of a code, from 4 to 10. Default 6. */
  readonly codeLength?: number | undefined;
  /** How long a code is good for, in milliseconds. Default 300000, five minutes. */
  readonly codeLifetimeMs?: number | undefined;
  /** How often a code may be checked, wrong or right, up to 1000. Default 5. */
  readonly maxChecks?: number | undefined;
  /** What every `accepted` says besides its reference. Default: nothing. */
  readonly acceptedWith?: { readonly segments?: number | undefined; readonly price?: Price | undefined } | undefined;
  /** Reads requests that are signed with `secret`, as `signedReport()` makes them. Default false: `webhooks` is null. */
  readonly webhooks?: false | { readonly secret: string } | undefined;
  /** Whether `report()` and `reply()` go to whoever listens to the mock's connection. Default false: `events` is null. */
  readonly events?: boolean | undefined;
  /** Whether the mock says what it has taken. Default false: `lookup` is null. */
  readonly lookup?: boolean | MockLookupOptions | undefined;
}

/** How the mock answers look-ups. */
export interface MockLookupOptions {
  /**
   * How late messages get into the list of the mock vendor, in milliseconds by the `clock`: until then a look-up is
   * `inconclusive`. Default 0.
   */
  readonly visibleAfterMs?: number | undefined;
  /** Whether the client may take absence for a proof. The mock vendor really knows; most others do not. Default true. */
  readonly absenceProves?: boolean | undefined;
}

/** {@link MockOptions} with every default filled in. */
export interface ParsedOptions extends OptionalPaceOptions {
  readonly id: string;
  readonly sends: { readonly text: boolean; readonly template: boolean; readonly senderId: boolean };
  readonly verification: boolean;
  readonly onMessage?: ((message: MockMessage) => void) | undefined;
  readonly latencyMs: { readonly min: number; readonly max: number };
  readonly seed: number;
  readonly clock: { now(): number };
  readonly codeLength: number;
  readonly codeLifetimeMs: number;
  readonly maxChecks: number;
  readonly acceptedWith: { readonly segments?: number | undefined; readonly price?: Price | undefined };
  readonly webhooks: false | { readonly secret: string };
  readonly events: boolean;
  readonly lookup: false | { readonly visibleAfterMs: number; readonly absenceProves: boolean };
}

/** The longest wait that Node's timers can hold. */
export const longestDelayMs = 2_147_483_647;

const flag = (whatFor: string) => v.boolean(`expected true or false: ${whatFor}`);
const whole = (expected: string, min: number, max: number) => {
  const message = `expected ${expected}`;
  return v.pipe(v.number(message), v.integer(message), v.minValue(min, message), v.maxValue(max, message));
};
const seed = 'expected a 32-bit integer, such as 42';
const secret = 'expected a secret that is not empty';
const delay = whole('whole milliseconds, from 0 to 24 days', 0, longestDelayMs);

const schema = v.strictObject(
  {
    id: v.optional(v.pipe(v.string('expected a string'), v.nonEmpty('expected a name such as mock')), 'mock'),
    sends: v.optional(
      v.strictObject(
        {
          text: v.optional(flag('whether it sends texts'), true),
          template: v.optional(flag('whether it sends templates'), true),
          senderId: v.optional(flag('whether texts may have a sender ID')),
        },
        'expected an object with text, template and senderId only, each true or false',
      ),
      {},
    ),
    verification: v.optional(flag('whether it makes codes'), true),
    onMessage: v.optional(
      v.pipe(
        v.custom<(message: MockMessage) => void>((value) => typeof value === 'function', 'expected a function'),
        v.check(
          () => process.env['NODE_ENV'] !== 'production',
          'shows codes, and NODE_ENV is production; leave it out there',
        ),
      ),
    ),
    latencyMs: v.optional(
      v.union(
        [delay, v.strictObject({ min: delay, max: delay })],
        'expected whole milliseconds: a number, or { min, max }',
      ),
      0,
    ),
    seed: v.optional(
      v.pipe(v.number(seed), v.integer(seed), v.minValue(-2_147_483_648, seed), v.maxValue(2_147_483_647, seed)),
    ),
    clock: v.optional(
      v.custom<{ now(): number }>(
        (clock) => typeof clock === 'object' && clock !== null && 'now' in clock && typeof clock.now === 'function',
        'expected an object with now(), which returns milliseconds since 1970',
      ),
    ),
    codeLength: v.optional(whole('a whole number of digits from 4 to 10', 4, 10), 6),
    codeLifetimeMs: v.optional(whole('whole milliseconds, 1 or more', 1, Number.MAX_SAFE_INTEGER), 300_000),
    maxChecks: v.optional(whole('a whole number of checks from 1 to 1000', 1, 1000), 5),
    acceptedWith: v.optional(
      v.strictObject(
        { segments: v.optional(segmentsSchema), price: v.optional(priceSchema) },
        'expected an object with segments and price only',
      ),
      {},
    ),
    webhooks: v.optional(
      v.union(
        [v.literal(false), v.strictObject({ secret: v.pipe(v.string(secret), v.nonEmpty(secret)) })],
        'expected false, or an object with secret only',
      ),
      false,
    ),
    events: v.optional(flag('whether it tells events over a connection'), false),
    lookup: v.optional(
      v.union(
        [
          v.boolean(),
          v.strictObject({
            visibleAfterMs: v.optional(whole('whole milliseconds, 0 or more', 0, Number.MAX_SAFE_INTEGER), 0),
            absenceProves: v.optional(flag('whether absence proves anything'), true),
          }),
        ],
        'expected true or false, or an object with visibleAfterMs and absenceProves only',
      ),
      false,
    ),
    maxPerSecond: v.optional(v.number('expected a number of requests a second')),
    burst: v.optional(v.number('expected a number of requests')),
  },
  'expected an object with the options of MockOptions only; remove or correct the field',
);

/** @throws SmsError `configuration_invalid` */
export function parseMockOptions(options: MockOptions): ParsedOptions {
  const parsed = parseOptions('mock()', schema, options);
  const { latencyMs, lookup, sends, verification } = parsed;
  const latency = typeof latencyMs === 'number' ? { min: latencyMs, max: latencyMs } : latencyMs;
  if (latency.min > latency.max) {
    throw configurationInvalid('mock(): latencyMs: expected min to be at most max; swap the two.');
  }
  const wrongPace = paceProblem(parsed);
  if (wrongPace !== undefined) throw configurationInvalid(`mock(): ${wrongPace.option}: ${wrongPace.message}.`);
  if (!sends.text && !sends.template && !verification) {
    throw configurationInvalid(
      'mock(): expected a mock that does something; allow sends.text, sends.template or verification.',
    );
  }
  return {
    ...parsed,
    sends: { ...sends, senderId: sends.senderId ?? sends.text },
    latencyMs: latency,
    lookup: lookup === true ? { visibleAfterMs: 0, absenceProves: true } : lookup,
    seed: parsed.seed ?? seedOf(parsed.id),
    clock: parsed.clock ?? { now: () => Date.now() },
  };
}

function seedOf(id: string): number {
  let seed = 0;
  for (const character of id) seed = (Math.imul(seed, 31) + (character.codePointAt(0) ?? 0)) | 0;
  return seed;
}
