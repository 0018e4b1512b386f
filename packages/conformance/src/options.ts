import type { Differences } from './differences.js';
import type { ConformanceSubject } from './subject.js';

/** What {@link describeSmsProvider} takes. */
export interface ConformanceOptions {
  /** `describe` and `it` of the test runner. */
  readonly test: TestFunctions;
  /** What the provider says that it can do. The suites prove it, and prove that it refuses the rest. */
  readonly capabilities: Capabilities;
  /** Makes a fresh provider with an environment of its own. Called once for every test. */
  create(): ConformanceSubject | Promise<ConformanceSubject>;
  /** Where the provider differs, with reasons. */
  readonly differences?: Differences | undefined;
  /** A 32-bit integer from which the random deadlines follow. Default 1. */
  readonly seed?: number | undefined;
}

/** The two functions that all test runners share. */
export interface TestFunctions {
  describe(name: string, body: () => void): unknown;
  it(name: string, body: () => Promise<void>): unknown;
}

/** What a provider can do. */
export interface Capabilities {
  /** The same as `provider.sends.text`. */
  readonly text: boolean;
  /** The same as `provider.sends.template`. */
  readonly template: boolean;
  /** The same as `provider.sends.senderId`: whether it hands the sender ID of a text to the vendor. */
  readonly senderId: boolean;
  /** Whether `provider.verification` is not null. */
  readonly verification: boolean;
  /**
   * Whether the provider knows when its request is written, and obeys `context.writeBy`: the transport of the provider
   * kit does. The subject then has `stallWrites()`. Default false, for providers over SDKs.
   */
  readonly writeBy?: boolean | undefined;
  /** Whether `provider.webhooks` is not null. The subject then has `webhooks`. Default false. */
  readonly webhooks?: boolean | undefined;
  /** Whether `provider.events` is not null. The subject then has `events`. Default false. */
  readonly events?: boolean | undefined;
  /** Whether `provider.lookup` is not null. The subject then has `lookup`. Default false. */
  readonly lookup?: boolean | undefined;
  /** Whether the vendor is given our id of every message. `received()` then shows it. Default false. */
  readonly messageId?: boolean | undefined;
  /** Whether the vendor is told how long a message is worth anything. `received()` then shows it. Default false. */
  readonly validFor?: boolean | undefined;
}
