import { parsePhoneNumber } from '@polysms/core/provider-kit';
import { BoundedList, type World } from '@polysms/simulator';
import { MobAccount } from './account.js';
import { codeText, LiveCodes } from './codes.js';
import type { SimulatedMessage } from './messages.js';
import { SendLimits } from './send-limits.js';
import type { Settings } from './settings-schema.js';

/** How many messages, codes and phones are remembered at a time; the oldest are forgotten first. */
export const remembered = 100_000;

/** What Mob knows: the account, the codes, the limits and the phones. What its endpoints do with that is in `verdict.ts`. */
export class Mob {
  readonly account: MobAccount;
  readonly limits = new SendLimits(remembered);
  /** By app and phone: what sendmsg sent and checkcode checks. */
  readonly apiCodes = new LiveCodes(remembered);
  /** By phone: what the mobile SDK sent and verify checks. */
  readonly sdkCodes = new LiveCodes(remembered);
  readonly clock: World['clock'];
  readonly #sent = new BoundedList<SimulatedMessage>(remembered);
  readonly #world: World;

  constructor(settings: Settings, world: World) {
    this.account = new MobAccount(settings);
    this.clock = world.clock;
    this.#world = world;
  }

  /** What phones received, newest last. Always the same array. */
  get messages(): readonly SimulatedMessage[] {
    return this.#sent.entries;
  }

  newCode(): string {
    return this.#world.random.digits(this.account.settings.codeLength);
  }

  /** @param requestId the request by which it came */
  deliver(content: Omit<SimulatedMessage, 'id'>, requestId?: string): SimulatedMessage {
    const { to, text, code = null } = content;
    const { id } = this.#world.phones.deliver({ to, from: 'Mob', text, code }, requestId);
    const message = { id, ...content };
    this.#sent.add(message);
    return message;
  }

  /** Sends a code as Mob's mobile SDK would: no balance, and of the limits only the platform's is counted, none refuses. */
  sendSdkCode(to: string): SimulatedMessage {
    const phone = parsePhoneNumber(to);
    const now = this.clock.now();
    const code = this.newCode();
    this.sdkCodes.issue(phone.e164, code, now);
    this.limits.countOnPlatform(phone.e164, now);
    return this.deliver({
      to: phone.e164,
      zone: phone.callingCode,
      phone: phone.nationalNumber,
      text: codeText(code, this.account.settings.codeLifetimeMs),
      code,
      endpoint: 'sdk',
      receivedAt: now,
    });
  }

  /** As it was at the start. */
  reset(): void {
    this.account.reset();
    this.#sent.clear();
    this.limits.clear();
    this.apiCodes.clear();
    this.sdkCodes.clear();
  }
}
