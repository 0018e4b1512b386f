import { configurationInvalid } from '@polysms/core/provider-kit';
import type { LimitStore, MessageStore, OptOutStore, VerificationStore } from '@polysms/core/stores';
import type { TestFunctions } from '../options.js';

/** The stores by the names of their ports. */
export interface SmsStores {
  readonly verification: VerificationStore;
  readonly limits: LimitStore;
  readonly messages: MessageStore;
  readonly optOuts: OptOutStore;
}

/** What {@link describeSmsStores} takes. */
export interface StoresConformanceOptions {
  /** The package or class that is tested, for the titles. */
  readonly name: string;
  /** `describe` and `it` of the test runner. */
  readonly test: TestFunctions;
  /** The ports that are tested. Default: all of them. */
  readonly ports?: readonly (keyof SmsStores)[] | undefined;
  /** Makes the stores. Called once for every test. They may keep what they keep in one place: no key is used twice. */
  create(): StoresUnderTest | Promise<StoresUnderTest>;
  /**
   * For stores whose clock also moves by itself: how far it may go on during one test, in whole milliseconds below
   * 1000. Ends of times are then tested that much earlier. Default 0: the clock moves with `advance` alone.
   */
  readonly slackMs?: number | undefined;
  /** A 32-bit integer from which the random sequences follow. Default 1. */
  readonly seed?: number | undefined;
}

/** The stores of one test. */
export interface StoresUnderTest {
  /** Those of `ports`. */
  readonly stores: Partial<SmsStores>;
  /** Moves the clock of the stores forward, by whole milliseconds, up to 60 days. */
  advance(ms: number): Promise<void> | void;
  /** Called once, at the end of the test. */
  close(): Promise<void> | void;
}

const allPorts: readonly (keyof SmsStores)[] = ['verification', 'limits', 'messages', 'optOuts'];

/** The options with their defaults. */
export interface StoresPlan {
  readonly name: string;
  readonly test: TestFunctions;
  readonly ports: readonly (keyof SmsStores)[];
  readonly slackMs: number;
  readonly seed: number;
  create(): StoresUnderTest | Promise<StoresUnderTest>;
}

/** @throws SmsError `configuration_invalid` */
export function planStores(options: StoresConformanceOptions): StoresPlan {
  const { ports = allPorts, slackMs = 0, seed = 1 } = options;
  const unknown = ports.find((port) => !allPorts.includes(port));
  if (ports.length === 0 || unknown !== undefined) {
    throw configurationInvalid(
      `describeSmsStores(): ports: expected at least one of ${allPorts.join(', ')}, and nothing else; leave it out to test all.`,
    );
  }
  if (!Number.isInteger(slackMs) || slackMs < 0 || slackMs >= 1000) {
    throw configurationInvalid(
      'describeSmsStores(): slackMs: expected a whole number of milliseconds from 0 to 999; leave it out if the clock moves with advance() alone.',
    );
  }
  const { name, test } = options;
  return { name, test, ports, slackMs, seed, create: () => options.create() };
}
