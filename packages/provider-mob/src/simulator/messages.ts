import type { MobEndpoint } from './endpoints.js';

/** A message that a phone received. */
export interface SimulatedMessage {
  /** Unique within the simulator; counts up from 1. */
  readonly id: string;
  /** E.164. */
  readonly to: string;
  /** The country calling code, without the plus sign. */
  readonly zone: string;
  /** The national number. */
  readonly phone: string;
  readonly text: string;
  /** The code in the text; absent for custom/msg, whose variables may mean anything. */
  readonly code?: string;
  /** What made Mob send it; `sdk` is Mob's mobile SDK. */
  readonly endpoint: MobEndpoint | 'sdk';
  /** Milliseconds since 1970, by the simulator's clock. */
  readonly receivedAt: number;
}
