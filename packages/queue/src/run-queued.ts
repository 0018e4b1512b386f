import type { SmsClient } from '@polysms/core';
import { type DeadLetter, deliveryStep, type JobStep, runJob } from '@polysms/core/jobs';
import type { DeliveryWatch, QueuedJob } from './queued-job.js';

/** What the engine does with a job after a run. */
export type QueueStep =
  | { readonly step: 'done'; readonly result: DoneJob }
  | { readonly step: 'later'; readonly queued: QueuedJob; readonly atMs: number }
  | { readonly step: 'dead'; readonly letter: DeadLetter };

/** What is told of a message that a provider has: nothing that is private. */
export interface DoneJob {
  /** The message's id, for `sms.messages.get()`. */
  readonly messageId: string;
  readonly provider: string;
}

/** What a run works with. */
export interface QueueRun {
  readonly sms: Pick<SmsClient, 'send' | 'messages'>;
  readonly resolveForMs: number;
  /** How often workers have died over the job so far. */
  readonly stalls: number;
  readonly now?: (() => number) | undefined;
}

const shortestLookMs = 1_000;
const looks = 8;

/** Runs a job once, and says what the engine is to do with it. What happens next is decided in `@polysms/core/jobs`. */
export async function runQueued(queued: QueuedJob, run: QueueRun): Promise<QueueStep> {
  if (queued.watch !== undefined) return look(queued, queued.watch, run);
  const { sms, resolveForMs, stalls, now = Date.now } = run;
  const { deliverWithinMs, ...message } = queued.job.message;
  const mayHaveBegun = stalls > queued.stalls;
  const step: JobStep = await runJob(sms, { ...queued.job, message }, { resolveForMs, mayHaveBegun, now });
  switch (step.step) {
    case 'done': {
      const { id: messageId, provider } = step.receipt;
      const result = { messageId, provider };
      if (deliverWithinMs === undefined) return { step: 'done', result };
      // Who was asked and did not take it is not asked again either.
      const asked = new Set([provider, ...step.receipt.attempts.map((attempt) => attempt.provider)]);
      const next = (message.via ?? []).filter((id) => !asked.has(id));
      // From a provider that does not report, no `delivered` ever comes.
      if (next.length === 0 || !sms.messages.reports(provider)) return { step: 'done', result };
      const watch = { messageId, dueAt: now() + deliverWithinMs, next };
      return later({ ...queued, stalls, watch }, watch, run);
    }
    case 'repeat':
    case 'resolve': {
      const job = { ...step.job, message: queued.job.message };
      return { step: 'later', queued: { ...queued, job, stalls }, atMs: step.atMs };
    }
    case 'dead':
      return step;
  }
}

/** Looks whether a message has been delivered; at the end of its time it goes to the next provider. */
async function look(queued: QueuedJob, watch: DeliveryWatch, run: QueueRun): Promise<QueueStep> {
  const { sms, stalls, now = Date.now } = run;
  const status = await sms.messages.get(watch.messageId).catch(() => 'unread' as const);
  const isDue = now() >= watch.dueAt;
  // The store is away: it knows whether the message was delivered, so it is waited for.
  if (status === 'unread') return { step: 'later', queued: { ...queued, stalls }, atMs: now() + shortestLookMs };
  const result = { messageId: watch.messageId, provider: status?.provider ?? '' };
  // Forgotten: nobody can learn any more whether it has arrived.
  if (status === undefined) return { step: 'done', result };
  switch (deliveryStep(status.state, status.reason, isDue)) {
    case 'done':
      return { step: 'done', result };
    case 'wait':
      return later({ ...queued, stalls }, watch, run);
    case 'next':
      return { step: 'later', queued: handedOn(queued, watch, stalls, now()), atMs: now() };
  }
}

function later(queued: QueuedJob, { dueAt }: DeliveryWatch, { now = Date.now }: QueueRun): QueueStep {
  const lookMs = Math.max(shortestLookMs, (queued.job.message.deliverWithinMs ?? 0) / looks);
  return { step: 'later', queued, atMs: Math.min(dueAt, Math.ceil(now() + lookMs)) };
}

/** The same message for the next providers: a message of its own, with a key of its own. */
function handedOn(
  { key, handed: before, batch, job }: QueuedJob,
  { next }: DeliveryWatch,
  stalls: number,
  now: number,
): QueuedJob {
  const handed = before + 1;
  const { unknownSince: _, ...known } = job;
  const message = { ...job.message, via: next };
  const further = { ...known, id: `${key}#handed-on-${handed}`, message, availableAt: now, failures: 0 };
  return { version: 1, key, handed, job: further, stalls, ...(batch === undefined ? {} : { batch }) };
}
