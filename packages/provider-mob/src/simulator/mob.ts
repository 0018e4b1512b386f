import { parsePhoneNumber } from '@polysms/core/provider-kit';
import { MobAccount } from './account.js';
import { codeText, LiveCodes } from './codes.js';
import { Inbox, type SimulatedMessage } from './inbox.js';
import type { ParsedOptions, SimulatorClock } from './options.js';
import { type CodeGenerator, codeGenerator } from './random-codes.js';
import { SendLimits } from './send-limits.js';

/** How many messages, codes and phones are remembered at a time; the oldest are forgotten first. */
export const remembered = 100_000;

/** What Mob knows: the account, the codes, the limits and the phones. What its endpoints do with that is in `verdict.ts`. */
export class Mob {
  readonly account: MobAccount;
  readonly inbox = new Inbox(remembered);
  readonly limits = new SendLimits(remembered);
  /** By app and phone: what sendmsg sent and checkcode checks. */
  readonly apiCodes = new LiveCodes(remembered);
  /** By phone: what the mobile SDK sent and verify checks. */
  readonly sdkCodes = new LiveCodes(remembered);
  readonly clock: SimulatorClock;
  readonly #seed: number | undefined;
  #generator: CodeGenerator;

  constructor(options: Pick<ParsedOptions, 'settings' | 'clock' | 'seed'>) {
    this.account = new MobAccount(options.settings);
    this.clock = options.clock;
    this.#seed = options.seed;
    this.#generator = codeGenerator(options.seed);
  }

  newCode(): string {
    return this.#generator(this.account.settings.codeLength);
  }

  /** Sends a code as Mob's mobile SDK would: no balance, and of the limits only the platform's is counted, none refuses. */
  sendSdkCode(to: string): SimulatedMessage {
    const phone = parsePhoneNumber(to);
    const now = this.clock.now();
    const code = this.newCode();
    this.sdkCodes.issue(phone.e164, code, now);
    this.limits.countOnPlatform(phone.e164, now);
    return this.inbox.deliver({
      to: phone.e164,
      zone: phone.callingCode,
      phone: phone.nationalNumber,
      text: codeText(code, this.account.settings.codeLifetimeMs),
      code,
      endpoint: 'sdk',
      receivedAt: now,
    });
  }

  /** As it was at the start, the seed included. */
  reset(): void {
    this.account.reset();
    this.inbox.clear();
    this.limits.clear();
    this.apiCodes.clear();
    this.sdkCodes.clear();
    this.#generator = codeGenerator(this.#seed);
  }
}
