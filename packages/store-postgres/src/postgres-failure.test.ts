import { describe, expect, it } from 'vitest';
import { postgresFailure } from './postgres-failure.js';

/** As pg makes them: with the values in the detail. */
function serverError(code: string, message = 'of +8613800138000'): Error {
  const detail = 'Failing row contains (+8613800138000).';
  return Object.assign(new Error(message), { code, detail, severity: 'ERROR', where: 'password=secret' });
}

describe('the error for a statement that failed', () => {
  it.each([
    ['42P01', 'migrate()'],
    ['42883', 'migrate()'],
    ['3F000', 'migrate()'],
    ['25006', 'read-only'],
    ['53100', 'full'],
    ['53200', 'memory'],
    ['53300', 'max_connections'],
    ['57014', 'statement_timeout'],
    ['55P03', 'lock_timeout'],
    ['57P03', 'starting'],
    ['28P01', 'credentials'],
    ['28000', 'credentials'],
    ['3D000', 'database does not exist'],
    ['42501', 'permission'],
    ['26000', 'prepare: false'],
    ['42P05', 'prepare: false'],
    ['40001', 'at the same time'],
    ['40P01', 'at the same time'],
    ['25P02', 'transaction'],
    ['42601', 'version thirteen'],
  ])('is not-sent when PostgreSQL answers %s', (code, words) => {
    const error = postgresFailure(serverError(code), 'verification store', 'unknown');
    expect(error).toMatchObject({ code: 'store_unavailable', outcome: 'not-sent' });
    expect(error.message).toMatch(/^The verification store failed\. /);
    expect(error.message).toContain(words);
    expect(postgresFailure(serverError(code), 'message store', 'unknown', 'unknown').outcome).toBe('unknown');
  });

  it.each([
    ['connect ECONNREFUSED 127.0.0.1:5432', 'could not be reached'],
    ['getaddrinfo ENOTFOUND db.internal', 'could not be reached'],
    ['timeout exceeded when trying to connect', 'No connection was free'],
    ['Cannot use a pool after calling end on the pool', 'closed'],
    ['Client was closed and is not queryable', 'closed'],
    ['Client has encountered a connection error and is not queryable', 'closed'],
  ])('is not-sent when nothing has reached PostgreSQL: %s', (message, words) => {
    const error = postgresFailure(new Error(message), 'limit store', 'unknown');
    expect(error.outcome).toBe('not-sent');
    expect(error.message).toContain(words);
  });

  it.each([
    [serverError('57P01'), 'shut down'],
    [serverError('57P02'), 'shut down'],
    [serverError('08006'), 'connection'],
    [serverError('40003'), 'connection'],
    [new Error('Connection terminated unexpectedly'), 'connection'],
    [Object.assign(new Error('read'), { code: 'ECONNRESET' }), 'connection'],
    [Object.assign(new Error('write'), { code: 'EPIPE' }), 'connection'],
    [new Error('Query read timeout'), 'query_timeout'],
    [new TypeError('something else'), 'unexpected'],
    ['text', 'unexpected'],
    [undefined, 'unexpected'],
  ])('leaves the outcome open after %s', (thrown, words) => {
    for (const ifLost of ['unknown', 'not-sent'] as const) {
      const error = postgresFailure(thrown, 'verification store', ifLost);
      expect(error).toMatchObject({ code: 'store_unavailable', outcome: ifLost });
      expect(error.message).toContain(words);
    }
  });

  it('keeps nothing of what pg said', () => {
    const error = postgresFailure(serverError('53100'), 'limit store', 'unknown');
    expect(error.cause).toBeUndefined();
    expect(`${error.message}${JSON.stringify(error)}${error.stack}`).not.toMatch(/8613800138000|secret/);
  });
});
