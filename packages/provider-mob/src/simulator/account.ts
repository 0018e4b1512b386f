import { configurationInvalid, parseOptions } from '@polysms/core/provider-kit';
import { type Settings, settingsSchema } from './settings-schema.js';

/** Mob's side of one account: its settings, which can change, and what is left of the balance. */
export class MobAccount {
  readonly #initial: Settings;
  #settings: Settings;
  #balance: number;

  constructor(settings: Settings) {
    this.#initial = settings;
    this.#settings = settings;
    this.#balance = settings.balance;
  }

  get settings(): Settings {
    return this.#settings;
  }

  get hasBalance(): boolean {
    return this.#balance >= 1;
  }

  /** Pays for one message. */
  charge(): void {
    this.#balance -= 1;
  }

  /**
   * Changes what `changes` names and leaves the rest; the balance too, unless it is named.
   *
   * @throws SmsError `configuration_invalid`; nothing has changed then
   */
  configure(changes: unknown): void {
    if (!isRecord(changes))
      throw configurationInvalid('configure(): must be an object with settings of the simulator.');
    // The changes alone first: an error must name what was passed now, not what was set before.
    parseOptions('configure()', settingsSchema, changes);
    this.#settings = parseOptions('configure()', settingsSchema, merged(this.#settings, changes));
    if ('balance' in changes) this.#balance = this.#settings.balance;
  }

  /** As it was at the start. */
  reset(): void {
    this.#settings = this.#initial;
    this.#balance = this.#initial.balance;
  }
}

function merged(settings: Settings, changes: Record<string, unknown>): unknown {
  const { limits } = changes;
  if (!isRecord(limits)) return { ...settings, ...changes };
  const custom = isRecord(limits['custom']) ? { ...settings.limits.custom, ...limits['custom'] } : limits['custom'];
  const changed = { ...settings.limits, ...limits };
  return { ...settings, ...changes, limits: 'custom' in limits ? { ...changed, custom } : changed };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
