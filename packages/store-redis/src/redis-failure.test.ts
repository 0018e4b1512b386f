import { describe, expect, it } from 'vitest';
import { redisFailure } from './redis-failure.js';

/** As ioredis makes them: with the whole command. */
function clientError(name: string, message: string): Error {
  const command = { name: 'evalsha', args: ['sha', '1', 'key', '+8613800138000'] };
  return Object.assign(new Error(message), { name, command });
}

const reply = (message: string) => clientError('ReplyError', message);

describe('the error for a command that failed', () => {
  it.each([
    ["OOM command not allowed when used memory > 'maxmemory'. script: c0ffee, on @user_script:26.", 'maxmemory'],
    ['ERR Error running script (call to f_c0ffee): @user_script:1: -OOM command not allowed', 'maxmemory'],
    ["READONLY You can't write against a read only replica. script: c0ffee, on @user_script:26.", 'read-only replica'],
    ['LOADING Redis is loading the dataset in memory', 'loading'],
    ['BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.', 'SCRIPT KILL'],
    ['CLUSTERDOWN The cluster is down', 'cluster'],
    ['CLUSTERDOWN Hash slot not served', 'cluster'],
    ['TRYAGAIN Multiple keys request during rehashing of slot', 'cluster'],
    ['MOVED 1234 127.0.0.1:7001', 'cluster'],
    ["MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", 'cluster'],
    ['NOAUTH Authentication required.', 'credentials'],
    ['WRONGPASS invalid username-password pair or user is disabled.', 'credentials'],
    ["NOPERM this user has no permissions to run the 'evalsha' command", 'permission'],
    ["ERR The user executing the script can't run this command or subcommand script: c0ffee", 'permission'],
    ["NOPERM ACL failure in script: User app has no permissions to run the 'set' command", 'permission'],
    ['MISCONF Redis is configured to save RDB snapshots', 'refuses to write'],
    ['NOREPLICAS Not enough good replicas to write.', 'refuses to write'],
    ['WRONGTYPE Operation against a key holding the wrong kind of value', 'prefix'],
    ['POLYSMSVERSION the value has another version', 'newer version'],
    ["ERR unknown command 'evalsha', with args beginning with: +8613800138000", 'version seven'],
  ])('is not-sent when the server answers %s', (message, words) => {
    const error = redisFailure(reply(message), 'verification store', 'unknown');
    expect(error).toMatchObject({ code: 'store_unavailable', outcome: 'not-sent' });
    expect(error.message).toMatch(/^The verification store failed\. /);
    expect(error.message).toContain(words);
  });

  it('is not-sent when the client has kept the command', () => {
    for (const start of ["Stream isn't writeable", "Cluster isn't ready"]) {
      const error = clientError('Error', `${start} and enableOfflineQueue options is false`);
      expect(redisFailure(error, 'limit store', 'unknown')).toMatchObject({
        outcome: 'not-sent',
        message: expect.stringContaining('not connected'),
      });
    }
  });

  it('is that of the server’s last answer when a cluster has redirected too often', () => {
    const last = 'Too many Cluster redirections. Last error: ReplyError: CLUSTERDOWN Hash slot not served';
    expect(redisFailure(clientError('ClusterAllFailedError', last), 'limit store', 'unknown').outcome).toBe('not-sent');
  });

  it.each([
    ['Error', 'Command timed out', 'commandTimeout'],
    ['MaxRetriesPerRequestError', 'Reached the max retries per request limit (which is 1).', 'connection to Redis'],
    ['Error', 'Connection is closed.', 'connection to Redis'],
    ['Error', 'connect ECONNREFUSED 127.0.0.1:6379', 'connection to Redis'],
    ['AbortError', 'Command aborted due to connection close', 'connection to Redis'],
    ['ClusterAllFailedError', 'Failed to refresh slots cache.', 'No node'],
    ['ClusterAllFailedError', 'Too many Cluster redirections. Last error: Error: Connection is closed.', 'No node'],
    ['TypeError', 'something else', 'unexpected'],
  ])('leaves the outcome open after %s: %s', (name, message, words) => {
    for (const ifLost of ['unknown', 'not-sent'] as const) {
      const error = redisFailure(clientError(name, message), 'verification store', ifLost);
      expect(error).toMatchObject({ code: 'store_unavailable', outcome: ifLost });
      expect(error.message).toContain(words);
    }
  });

  it.each([undefined, null, 'text', { message: 'OOM ' }])('is made of %j, too', (thrown) => {
    expect(redisFailure(thrown, 'limit store', 'unknown')).toMatchObject({
      code: 'store_unavailable',
      outcome: 'unknown',
    });
  });

  it('keeps nothing of the command', () => {
    const error = redisFailure(reply('OOM +8613800138000'), 'limit store', 'unknown');
    expect(error.cause).toBeUndefined();
    expect(`${error.message}${JSON.stringify(error)}${error.stack}`).not.toContain('8613800138000');
  });
});
