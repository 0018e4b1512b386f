import { customVerdict } from './custom-endpoint.js';
import type { MobRequest, Verdict } from './endpoints.js';
import type { Mob } from './mob.js';
import { smsVerdict } from './sms-endpoints.js';

/** What Mob answers to a request, and what it does about it. */
export function verdictOn(mob: Mob, request: MobRequest): Verdict {
  const { endpoint } = request;
  return endpoint === '/custom/msg' ? customVerdict(mob, request) : smsVerdict(mob, endpoint, request);
}
