/** A queue over BullMQ: messages that several processes send, each once, at the pace of each provider. */

export type { BatchFigures } from './batch.js';
export {
  type CancelResult,
  type CreateQueueOptions,
  createQueue,
  type LaneFigures,
  type QueueDeadLetter,
  type QueuedMessage,
  type SmsQueue,
} from './queue.js';
export type { Connection, QueueOptions } from './queue-options.js';
export type { BatchOption, QueueRequest } from './queue-request.js';
export { type SharedPaceOptions, sharedPace } from './shared-pace.js';
export { createWorker, type EndedJob, type QueueWorker, type QueueWorkerOptions } from './worker.js';
