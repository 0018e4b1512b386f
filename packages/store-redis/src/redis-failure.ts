import { type FailureOutcome, SmsError } from '@polysms/core/stores';
import { newerVersion } from './script.js';

interface Verdict {
  /** What is wrong, and the remedy. No digits: they would be masked. */
  readonly words: string;
  /** Whether the script cannot have run. */
  readonly refused: boolean;
}

interface Trouble extends Verdict {
  readonly sign: RegExp;
}

/** An answer of the server. It begins with the sign, or holds it after a hyphen when a script passed it on. */
const refusal = (codes: string, words: string): Trouble => ({
  sign: new RegExp(`(?:^|[ -])(?:${codes})(?: |$)`),
  words,
  refused: true,
});

const lost = (sign: RegExp, words: string): Trouble => ({ sign, words, refused: false });

const lacksPermission =
  'The Redis user lacks a permission. It needs EVAL, EVALSHA, GET, SET, DEL, TIME, PEXPIRE, ZADD, ZRANGE, ZREM and ZSCORE on the keys with the prefix.';

/** The first that fits. Each is recognised by the name and the message of the client's error. */
const troubles: readonly Trouble[] = [
  refusal(
    newerVersion,
    'A newer version of @polysms/store-redis wrote what is stored there, and nothing was changed. Upgrade it in every process.',
  ),
  refusal(
    'OOM',
    'Redis is full and refuses to write. Raise its maxmemory, and keep maxmemory-policy noeviction, so that it forgets nothing too early.',
  ),
  refusal(
    'READONLY',
    'Redis is a read-only replica. Connect to the primary; after a failover the client must reconnect.',
  ),
  refusal('LOADING', 'Redis is still loading its data. Try again in a moment.'),
  refusal('BUSY', 'Redis is busy with a script of somebody else. Find it with SLOWLOG, and end it with SCRIPT KILL.'),
  refusal(
    'CLUSTERDOWN|TRYAGAIN|MOVED|ASK|CROSSSLOT|MASTERDOWN',
    'The Redis cluster does not serve the key now. Look at CLUSTER INFO, and use a Cluster of ioredis for a cluster.',
  ),
  refusal('NOAUTH|WRONGPASS', 'Redis does not accept the credentials. Check the username and password of the client.'),
  refusal('NOPERM', lacksPermission),
  // What Redis says up to version seven, without a code of its own.
  { sign: /user executing the script can't run/, words: lacksPermission, refused: true },
  refusal(
    'MISCONF|NOREPLICAS',
    'Redis refuses to write: it cannot save to disk, or has too few replicas. See its log.',
  ),
  refusal('WRONGTYPE', 'The key holds something else. Choose a prefix that no other program uses.'),
  {
    sign: /enableOfflineQueue options is false/,
    words: 'Redis is not connected, and the client keeps no commands until it is. Wait until it is ready.',
    refused: true,
  },
  lost(/Command timed out/, 'Redis did not answer within the commandTimeout of the client.'),
  lost(/ClusterAllFailedError/, 'No node of the Redis cluster could be reached. Check the addresses of the client.'),
  lost(
    /MaxRetriesPerRequestError|AbortError|Connection is (?:in )?clos|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND/,
    'The connection to Redis was lost, or the client was closed. Check that Redis runs and the client reaches it.',
  ),
];

const otherRefusal: Verdict = {
  words: 'Redis refused the script. It must be version seven or later, or Valkey, with scripts allowed.',
  refused: true,
};

const other: Verdict = {
  words: 'The Redis client failed in an unexpected way. Listen to its error event.',
  refused: false,
};

/**
 * The error for a command that failed. Nothing of the client's error is kept: it carries the arguments, among them
 * phone numbers.
 *
 * @param ifLost what is true of the message if nobody knows whether the script ran
 * @param ifRefused what is true of it if the script did not run
 */
export function redisFailure(
  error: unknown,
  store: string,
  ifLost: FailureOutcome,
  ifRefused: FailureOutcome = 'not-sent',
): SmsError {
  const { name, message } = error instanceof Error ? error : { name: '', message: '' };
  const isReply = name === 'ReplyError';
  const fitting = troubles.find(({ sign }) => sign.test(message) || (!isReply && sign.test(name)));
  const { words, refused } = fitting ?? (isReply ? otherRefusal : other);
  return new SmsError({
    code: 'store_unavailable',
    outcome: refused ? ifRefused : ifLost,
    message: `The ${store} failed. ${words}`,
  });
}
