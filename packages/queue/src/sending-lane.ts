import { AsyncLocalStorage } from 'node:async_hooks';
import type { JobLane } from '@polysms/core/jobs';

/** The lane of the job that is being sent: a provider that keeps a pace learns from it who goes first. */
export const sendingLane = new AsyncLocalStorage<JobLane>();
