import { configurationInvalid } from '@polysms/core/provider-kit';
import type { BoxMessage, FaultEntry, SettingsChange, Vendor } from './control/contract.js';
import type { Dialect, MessageContent } from './dialect.js';
import { type CheckedFault, parseFault } from './faults/fault-schema.js';
import { FaultScript } from './faults/fault-script.js';
import type { ParsedOptions } from './options.js';
import { Replies } from './reports/replies.js';
import { Reports } from './reports/reports.js';
import { Teller } from './reports/teller.js';
import { RunningVendor, type Surroundings } from './running-vendor.js';
import type { SimulatorClock } from './world/clock.js';
import { EventHub } from './world/events.js';
import { LongPolls } from './world/long-polls.js';
import { Messages } from './world/messages.js';
import { SeededRandom } from './world/random.js';
import { WireRequests } from './world/requests.js';
import { Schedule } from './world/schedule.js';
import { Waits } from './world/waits.js';

/** Everything in the box but its ports: the world, and the vendors in it. */
export class Box implements Surroundings {
  readonly clock: SimulatorClock;
  readonly events = new EventHub();
  readonly messages = new Messages(this.events);
  readonly waits = new Waits(this.messages);
  readonly longPolls = new LongPolls(this.messages);
  readonly requests = new WireRequests(this.events);
  readonly schedule: Schedule;
  readonly faults: FaultScript;
  readonly reports: Reports;
  readonly replies: Replies;
  readonly vendors: readonly RunningVendor[];
  readonly #teller: Teller;
  readonly #dice: SeededRandom;

  constructor({ clock, seed, dialects, reports }: Pick<ParsedOptions, 'clock' | 'seed' | 'dialects' | 'reports'>) {
    this.clock = clock;
    this.schedule = new Schedule(clock);
    this.#teller = new Teller(clock, this.schedule);
    // Dice of their own: a fault by share must not change the codes.
    this.#dice = new SeededRandom(seed === undefined ? undefined : seed + 1);
    this.faults = new FaultScript(
      () => this.#dice.share(),
      (change) => this.events.publish('fault', change),
    );
    const { events, messages, schedule } = this;
    const context = {
      clock,
      events,
      messages,
      schedule,
      teller: this.#teller,
      nextFault: (vendor: string) => this.faults.onReports(vendor),
      dialectOf: (vendor: string) => this.vendor(vendor).open,
      vendorNames: () => this.vendors.map(({ dialect }) => dialect.vendor),
    };
    this.reports = new Reports(context, reports);
    this.replies = new Replies(context, () => this.reports.settings.reportsTo);
    this.vendors = dialects.map((dialect) => new RunningVendor(this, dialect, seed));
  }

  /** @throws SmsError `configuration_invalid` naming those that there are */
  vendor(name: string): RunningVendor {
    const found = this.vendors.find(({ dialect }) => dialect.vendor === name);
    if (found !== undefined) return found;
    const names = this.vendors.map(({ dialect }) => dialect.vendor).join(', ');
    throw configurationInvalid(`There is no vendor of this name in the box; use ${names}.`);
  }

  deliver({ vendor, title }: Dialect, content: MessageContent, requestId: string | undefined): BoxMessage {
    const from = { vendor, title, receivedAt: this.clock.now() };
    const { message } = this.messages.add(from, content, requestId);
    if (requestId !== undefined) this.requests.addMessage(requestId, message.id);
    return message;
  }

  /** @throws SmsError `configuration_invalid` naming every wrong field */
  fail(call: unknown): FaultEntry {
    const { vendor, fault, when }: CheckedFault = parseFault(
      call,
      this.vendors.map(({ dialect, open }) => ({
        vendor: dialect.vendor,
        endpoints: dialect.endpoints,
        answers: dialect.answers,
        answersNumbers: open.answersNumbers === true,
        reports: open.reports !== undefined,
      })),
    );
    return this.faults.add(vendor, fault, when);
  }

  /** @throws SmsError `configuration_invalid`; nothing has changed then */
  configure(name: string, changes: unknown): Vendor {
    const vendor = this.vendor(name);
    const { settings } = vendor.open;
    if (settings === undefined) throw configurationInvalid(`${vendor.dialect.title} has no settings.`);
    settings.configure(changes);
    const change: SettingsChange = { vendor: name, settings: settings.read() };
    this.events.publish('settings', change);
    return vendor.shown();
  }

  /** Makes happen at a vendor what its dialect has under this name. */
  call(name: string, what: string, body: unknown): unknown {
    const { dialect, open } = this.vendor(name);
    const calls = open.calls ?? {};
    const call = Object.hasOwn(calls, what) ? calls[what] : undefined;
    if (call === undefined) {
      const known = Object.keys(calls).join(', ');
      throw configurationInvalid(`${dialect.title} has no such call${known === '' ? '' : `; it has ${known}`}.`);
    }
    return call.run(body);
  }

  /** Back to the start, the seed included. Waits go on. */
  reset(): void {
    this.schedule.clear();
    this.#teller.reset();
    this.messages.clear();
    this.waits.clear();
    this.requests.clear();
    this.reports.reset();
    this.replies.reset();
    this.#dice.reset();
    this.faults.clear();
    for (const vendor of this.vendors) vendor.reset();
    this.events.publish('reset', {});
  }

  /** Ends waits, and what is to happen later. */
  close(): void {
    this.waits.close();
    this.schedule.clear();
    this.#teller.reset();
  }
}
