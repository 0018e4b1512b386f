import type { VendorStatus } from '@polysms/simulator';
import { customStatus } from '../custom-status.js';
import { sendmsgStatus } from '../sms-status.js';
import { type MobEndpoint, mobEndpoints } from './endpoints.js';

/** What checkcode and verify say about the code itself. */
const codeMeanings: Readonly<Record<number, string>> = {
  467: 'The code was checked too often.',
  468: 'The code is wrong, or older than its 5 minutes.',
  520: 'The code is wrong; a status of the legacy hosts.',
};

/** What an endpoint's status means; undefined for success, and for one that is in none of its tables. */
function meaningAt(endpoint: MobEndpoint, status: number): string | undefined {
  const ofCode = codeMeanings[status];
  if (ofCode !== undefined) return endpoint === '/sms/checkcode' || endpoint === '/sms/verify' ? ofCode : undefined;
  const outcome = endpoint === '/custom/msg' ? customStatus(status) : sendmsgStatus(status);
  if (outcome.outcome === 'accepted' || outcome.code === 'unrecognized_provider_code') return undefined;
  return outcome.message;
}

const [lowest, highest] = [201, 526];

/** Every failure in Mob's tables, with the endpoints that give it. */
export const mobAnswers: readonly VendorStatus[] = Array.from({ length: highest - lowest + 1 }, (_, index) => {
  const status = lowest + index;
  const endpoints = mobEndpoints.filter((endpoint) => meaningAt(endpoint, status) !== undefined);
  const [meaning] = endpoints.map((endpoint) => meaningAt(endpoint, status));
  return meaning === undefined ? [] : [{ name: String(status), meaning, endpoints }];
}).flat();
