/** A queue over BullMQ: messages that several processes send, each once, at the pace of each provider. */

export type { BatchFigures } from './batch.js';
export { type CreateQueueOptions, createQueue } from './queue.js';
export type { Connection, QueueOptions } from './queue-options.js';
export type { BatchOption, QueueRequest } from './queue-request.js';
export { type SharedPaceOptions, sharedPace } from './shared-pace.js';
export type { CancelResult, LaneFigures, QueueDeadLetter, QueuedMessage, SmsQueue } from './sms-queue.js';
export { createWorker, type EndedJob, type QueueWorker, type QueueWorkerOptions } from './worker.js';
