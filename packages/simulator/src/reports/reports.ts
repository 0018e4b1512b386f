import {
  configurationInvalid,
  type ReportedState,
  reportedStates,
  undeliveredReasons,
} from '@polysms/core/provider-kit';
import * as v from 'valibot';
import { checked } from '../checked.js';
import type { BoxReport, ReportCall, ReportSettings } from '../control/contract.js';
import type { OpenDialect, Reporting } from '../dialect.js';
import type { ReportFault } from '../faults/faults.js';
import { objectOf, required } from '../schema-parts.js';
import type { EventHub } from '../world/events.js';
import type { Messages, StoredMessage } from '../world/messages.js';
import { NumberedList } from '../world/numbered.js';
import type { Schedule } from '../world/schedule.js';
import { planReports } from './plan.js';
import type { Progress, Teller } from './teller.js';
import { changedSettings, webhookOf } from './webhooks.js';

/** How many reports are kept; the oldest are forgotten first. */
const remembered = 100_000;

const reportSchema = v.strictObject(
  {
    state: required(v.picklist(reportedStates, `must be one of ${reportedStates.join(', ')}`)),
    reason: v.optional(v.picklist(undeliveredReasons, `must be one of ${undeliveredReasons.join(', ')}`)),
    providerCode: v.optional(v.string('must be a string')),
  },
  objectOf('a report (state, reason, providerCode)'),
);

/** What reports need. */
export interface ReportsContext {
  readonly clock: { now(): number };
  readonly events: EventHub;
  readonly messages: Messages;
  readonly schedule: Schedule;
  readonly teller: Teller;
  nextFault(vendor: string): ReportFault | undefined;
  dialectOf(vendor: string): OpenDialect;
  vendorNames(): readonly string[];
}

/** What apps are told of their messages. */
export class Reports {
  readonly #reports = new NumberedList<BoxReport>(remembered);
  readonly #cancels = new Map<string, () => void>();
  readonly #context: ReportsContext;
  readonly #initial: ReportSettings;
  #settings: ReportSettings;

  constructor(context: ReportsContext, settings: ReportSettings) {
    this.#context = context;
    this.#initial = settings;
    this.#settings = settings;
    context.messages.listen((stored) => this.#plan(stored));
  }

  get entries(): readonly BoxReport[] {
    return this.#reports.entries;
  }

  get settings(): ReportSettings {
    return this.#settings;
  }

  /** @throws SmsError `configuration_invalid`; nothing has changed then */
  configure(changes: unknown): ReportSettings {
    this.#settings = changedSettings(this.#settings, changes, this.#context.vendorNames());
    this.#context.events.publish('settings', { vendor: null, settings: this.#settings });
    return this.#settings;
  }

  /**
   * Tells the app something of a message now, whatever was told before. What is held of it stays held.
   *
   * @throws SmsError `configuration_invalid` for what is no report, and for a vendor that sends none
   */
  async report(stored: StoredMessage, call: unknown): Promise<BoxReport> {
    const { vendor, vendorTitle } = stored.message;
    const reporting = this.#context.dialectOf(vendor).reports;
    const told: ReportCall = checked('the report', reportSchema, call);
    if (reporting === undefined) throw configurationInvalid(`${vendorTitle} sends no reports.`);
    if (stored.reportStates?.length === 0) {
      throw configurationInvalid(`the report: ${vendorTitle} sends no reports of this message.`);
    }
    const report = this.#add(stored, { ...told, at: this.#context.clock.now(), status: 'scheduled' });
    return this.#tell(stored, reporting, report);
  }

  /** Tells a report now that is held or comes later; undefined if there is none with this id. */
  async release(id: string): Promise<BoxReport | undefined> {
    const report = this.#reports.get(id);
    const stored = report && this.#context.messages.get(report.messageId);
    const reporting = report && this.#context.dialectOf(report.vendor).reports;
    if (report === undefined || stored === undefined || reporting === undefined) return undefined;
    if (report.status !== 'held' && !this.#cancels.has(id)) return report;
    this.#cancels.get(id)?.();
    this.#cancels.delete(id);
    // At once, so that whoever releases it a second time does not tell it twice.
    const released: BoxReport = { ...report, status: 'scheduled' };
    this.#reports.replace(released);
    return this.#tell(stored, reporting, released);
  }

  /** Tells now all that is held. */
  async releaseAll(): Promise<readonly BoxReport[]> {
    const held = this.#reports.entries.filter(({ status }) => status === 'held');
    const released = await Promise.all(held.map(({ id }) => this.release(id)));
    return released.filter((report) => report !== undefined);
  }

  /** Back to the start. */
  reset(): void {
    this.#reports.clear();
    this.#cancels.clear();
    this.#settings = this.#initial;
  }

  #plan(stored: StoredMessage): void {
    const { id, vendor, receivedAt } = stored.message;
    const reporting = this.#context.dialectOf(vendor).reports;
    if (reporting === undefined || stored.reportStates?.length === 0) return;
    const fault = this.#context.nextFault(vendor);
    const { mode, delayMs } = this.#settings;
    for (const { state, happensAfterMs, toldAfterMs } of planReports(statesOf(stored, reporting), delayMs, fault)) {
      const why = state === stored.failed?.state ? stored.failed : {};
      const isLost = toldAfterMs === undefined;
      const status = isLost ? 'lost' : mode === 'held' ? 'held' : 'scheduled';
      const told = { ...why, state, at: receivedAt + happensAfterMs, status, fault: fault?.kind } as const;
      const report = this.#add(stored, isLost ? { ...told, problem: 'The fault report-lost hit it.' } : told);
      if (status !== 'scheduled' || isLost) continue;
      const cancel = this.#context.schedule.add(toldAfterMs, () => {
        this.#cancels.delete(report.id);
        const current = this.#context.messages.get(id);
        if (current !== undefined) void this.#tell(current, reporting, report);
      });
      this.#cancels.set(report.id, cancel);
    }
  }

  #add(
    { message }: StoredMessage,
    told: Pick<BoxReport, 'state' | 'reason' | 'providerCode' | 'at' | 'status' | 'fault' | 'problem'>,
  ): BoxReport {
    const of = { messageId: message.id, vendor: message.vendor, attempts: [] };
    const report = this.#reports.add((id) => ({ id, ...of, ...told }));
    this.#context.events.publish('report', report);
    return report;
  }

  async #tell(stored: StoredMessage, reporting: Reporting, report: BoxReport): Promise<BoxReport> {
    const { id, state, reason, providerCode, at, vendor } = report;
    const { teller, messages, events } = this.#context;
    const what = { id, message: stored.message, state, reason, providerCode, at };
    const dialect = this.#context.dialectOf(vendor);
    const url = stored.reportUrl ?? webhookOf(this.#settings.reportsTo, vendor);
    const onProgress = (progress: Progress) => {
      const told = { ...(this.#reports.get(id) ?? report), ...progress };
      this.#reports.replace(told);
      events.publish('report', told);
      if (progress.status === 'taken') messages.setReported(stored.message.id, state);
    };
    const onBegin = () => dialect.onReport?.(what);
    await teller.tell({ telling: reporting, what, url, onBegin, onProgress });
    return this.#reports.get(id) ?? report;
  }
}

function statesOf({ failed, reportStates }: StoredMessage, reporting: Reporting): readonly ReportedState[] {
  const states = reportStates ?? reporting.states;
  return failed === undefined ? states : [...states.filter((state) => state !== 'delivered'), failed.state];
}
