/** Jobs: messages that are sent later, or by another process. What a queue or an outbox is made of. */

export { type DeliveryStep, deliveryStep } from '../messages/delivered-or-next.js';
export {
  endOf,
  type JobDefaults,
  type JobLane,
  type JobMessage,
  type JobOptions,
  jobLanes,
  newJob,
  readJob,
  type SmsJob,
} from './job.js';
export {
  type DeadLetter,
  type DeadLetterReason,
  type JobMoment,
  type JobOutcome,
  type JobStep,
  nextStep,
  stepInsteadOfRunning,
} from './next-step.js';
export { type JobRun, runJob } from './run-job.js';
export { RunningJobs } from './running-jobs.js';
export { type JobWorkerOptions, readJobWorkerOptions } from './worker-options.js';
