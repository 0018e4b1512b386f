import { BoundedMap, type World } from '@polysms/simulator';
import { type AliyunSimulatorSettings, parseSettings, type Settings } from './settings.js';

/** How many messages, phones and nonces are remembered; the oldest are forgotten first. */
const remembered = 100_000;

/** A message that the vendor has taken, as its lists show it. */
export interface Taken {
  readonly phone: string;
  readonly bizId: string;
  readonly outId: string | undefined;
  readonly template: string;
  readonly content: string;
  readonly at: number;
  readonly receipt?: { readonly status: 2 | 3; readonly code: string; readonly at: number } | undefined;
}

/** What the vendor knows: its console, and what it has taken. */
export class Account {
  readonly world: World;
  /** By message of the box. */
  readonly taken = new BoundedMap<Taken>(remembered);
  /** By phone, as it was asked for: the ids of its messages. */
  readonly byPhone = new BoundedMap<readonly string[]>(remembered);
  readonly #initial: Settings;
  readonly #windows = new BoundedMap<readonly number[]>(remembered);
  readonly #nonces = new BoundedMap<number>(remembered);
  settings: Settings;
  balance: number;

  constructor(settings: AliyunSimulatorSettings, world: World) {
    this.world = world;
    this.#initial = parseSettings(settings);
    this.settings = this.#initial;
    this.balance = this.settings.balance;
  }

  /** @throws SmsError `configuration_invalid`; nothing has changed then */
  configure(changes: unknown): void {
    const known = { ...this.settings, ...(typeof changes === 'object' ? changes : { changes }) };
    this.settings = parseSettings(known);
    this.balance = this.settings.balance;
  }

  /** Whether a nonce is new within 15 minutes; it is not from then on. */
  takesNonce(nonce: string): boolean {
    const now = this.world.clock.now();
    const before = this.#nonces.get(nonce);
    if (before !== undefined && now - before < 15 * 60_000) return false;
    this.#nonces.set(nonce, now);
    return true;
  }

  /** How many there were of something in the last so many milliseconds. */
  countOf(key: string, windowMs: number): number {
    const since = this.world.clock.now() - windowMs;
    return (this.#windows.get(key) ?? []).filter((at) => at > since).length;
  }

  count(key: string): void {
    const now = this.world.clock.now();
    const lately = (this.#windows.get(key) ?? []).filter((at) => at > now - 24 * 60 * 60_000);
    this.#windows.set(key, [...lately, now]);
  }

  add(id: string, taken: Taken): void {
    this.taken.set(id, taken);
    this.byPhone.set(taken.phone, [...(this.byPhone.get(taken.phone) ?? []), id]);
  }

  /** `<digits>^0`. */
  newBizId(): string {
    return `${this.world.random.digits(18)}^0`;
  }

  reset(): void {
    this.settings = this.#initial;
    this.balance = this.settings.balance;
    for (const each of [this.taken, this.byPhone, this.#windows, this.#nonces]) each.clear();
  }
}
