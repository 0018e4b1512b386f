import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { transportFailure } from './transport-failure.js';

/** An error of undici or Node: its message holds what must not be shown. */
function failure(name: string, fields: Record<string, unknown> = {}): Error {
  return Object.assign(new Error('canary'), { name, ...fields });
}

const messageOf = (error: unknown) => transportFailure(error).cause.message;

describe('an error of another realm', () => {
  it('is read like any other', () => {
    const timeout = runInNewContext(
      "Object.assign(new Error('canary'), { name: 'ConnectTimeoutError', code: 'UND_ERR_CONNECT_TIMEOUT' })",
    );
    expect(transportFailure(timeout)).toMatchObject({ code: 'timeout', cause: { code: 'UND_ERR_CONNECT_TIMEOUT' } });
    const both = runInNewContext("new AggregateError([Object.assign(new Error('canary'), { code: 'ECONNREFUSED' })])");
    expect(messageOf(both)).toBe('ECONNREFUSED');
  });
});

describe('a failure of the transport', () => {
  it.each([
    ['UND_ERR_CONNECT_TIMEOUT', 'timeout'],
    ['UND_ERR_HEADERS_TIMEOUT', 'timeout'],
    ['UND_ERR_BODY_TIMEOUT', 'timeout'],
    ['ETIMEDOUT', 'timeout'],
    ['UND_ERR_INVALID_ARG', 'invalid_request'],
    ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'invalid_response'],
    ['UND_ERR_HEADERS_OVERFLOW', 'invalid_response'],
    ['UND_ERR_SOCKET', 'network_error'],
    ['ECONNRESET', 'network_error'],
    ['ENOTFOUND', 'network_error'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'network_error'],
  ])('%s is %s, and the code is kept', (code, expected) => {
    expect(transportFailure(failure('SocketError', { code }))).toMatchObject({
      code: expected,
      cause: { name: 'SocketError', code, message: code },
    });
  });

  it('of the parser is an invalid response, whatever its code', () => {
    const outcome = transportFailure(failure('HTTPParserError', { code: 'HPE_INVALID_CONSTANT', data: 'canary' }));
    expect(outcome).toMatchObject({ code: 'invalid_response', cause: { message: 'HPE_INVALID_CONSTANT' } });
  });

  it.each([
    ['RequestAbortedError', 'UND_ERR_ABORTED', 'Proxy response (407) !== 200 when HTTP Tunneling', '407'],
    ['RequestAbortedError', 'UND_ERR_ABORTED', 'Proxy response (502) !== 200 when HTTP Tunneling', '502'],
    ['InvalidArgumentError', 'UND_ERR_INVALID_ARG', 'Proxy Authentication Required (407)', '407'],
  ])('that a proxy is the cause of is told as such: %s %s %s', (name, code, message, status) => {
    expect(transportFailure(Object.assign(new Error(message), { name, code }))).toMatchObject({
      code: 'network_error',
      message: `The proxy refused: ${status}.`,
      cause: { name: 'ProxyError', code: 'PROXY_REFUSED', message: `The proxy refused: ${status}` },
    });
  });

  it.each([
    'Proxy response (canary) !== 200 when HTTP Tunneling',
    'canary: Proxy response (407) !== 200',
    'Proxy response (4071) !== 200',
  ])('that only sounds like a proxy’s is not: %j', (message) => {
    const error = Object.assign(new Error(message), { code: 'UND_ERR_ABORTED' });
    expect(transportFailure(error)).toMatchObject({
      message: 'The request could not be sent.',
      cause: { code: 'UND_ERR_ABORTED', message: 'UND_ERR_ABORTED' },
    });
  });

  it('without a code is a network error, told by its name', () => {
    expect(transportFailure(failure('SocketError'))).toMatchObject({
      code: 'network_error',
      cause: { name: 'SocketError', code: undefined, message: 'SocketError' },
    });
  });

  it.each(['canary', undefined, null, { name: 'SocketError', code: 'ECONNRESET' }])(
    'that is no error says nothing: %j',
    (thrown) => {
      expect(transportFailure(thrown)).toMatchObject({
        code: 'network_error',
        cause: { name: 'Error', code: undefined, message: 'The transport failed.' },
      });
    },
  );
});

describe('what the operating system said', () => {
  const refusal = { code: 'ECONNREFUSED', syscall: 'connect', address: '127.0.0.1', port: 443 };

  it.each<[string, Record<string, unknown>, string]>([
    ['what was tried, and where', {}, 'connect ECONNREFUSED 127.0.0.1:443'],
    ['an IPv6 address', { address: '::1' }, 'connect ECONNREFUSED ::1:443'],
    ['an address without a port', { port: undefined }, 'connect ECONNREFUSED 127.0.0.1'],
    ['an address with a port that is no number', { port: 'canary' }, 'connect ECONNREFUSED 127.0.0.1'],
    ['no host name, which may be a secret', { address: 'canary.example' }, 'connect ECONNREFUSED'],
    ['no address that is a number', { address: 42 }, 'connect ECONNREFUSED'],
    ['no address that is a list', { address: ['127.0.0.1'] }, 'connect ECONNREFUSED'],
    ['no system call that is none', { syscall: 'GET /canary' }, 'ECONNREFUSED 127.0.0.1:443'],
    ['no system call with something before it', { syscall: '1connect' }, 'ECONNREFUSED 127.0.0.1:443'],
    ['no system call with something after it', { syscall: 'connect canary' }, 'ECONNREFUSED 127.0.0.1:443'],
    ['no system call that is a list', { syscall: ['connect'] }, 'ECONNREFUSED 127.0.0.1:443'],
  ])('is repeated: %s', (_name, fields, message) => {
    expect(messageOf(failure('Error', { ...refusal, ...fields }))).toBe(message);
  });

  it('is repeated only where it is there', () => {
    expect(messageOf(failure('Error', { code: 'ECONNRESET' }))).toBe('ECONNRESET');
    expect(messageOf(failure('Error', { code: 'EPIPE', syscall: 'write' }))).toBe('write EPIPE');
    expect(messageOf(failure('Error', { code: 'EHOSTUNREACH', address: '192.0.2.1' }))).toBe('EHOSTUNREACH 192.0.2.1');
    expect(messageOf(failure('Error', { code: 'EHOSTUNREACH', port: 443 }))).toBe('EHOSTUNREACH');
  });

  it('of several addresses is repeated for each, under the name and the code of the first', () => {
    const errors = [
      failure('FirstError', { ...refusal, address: '::1' }),
      failure('Error', { ...refusal, code: 'ETIMEDOUT' }),
    ];
    expect(transportFailure(new AggregateError(errors, 'canary'))).toMatchObject({
      code: 'network_error',
      cause: {
        name: 'FirstError',
        code: 'ECONNREFUSED',
        message: 'connect ECONNREFUSED ::1:443; connect ETIMEDOUT 127.0.0.1:443',
      },
    });
    expect(transportFailure(new AggregateError([])).cause).toMatchObject({
      name: 'AggregateError',
      code: undefined,
      message: '',
    });
  });
});

describe('a word that somebody else chose', () => {
  it.each(['the canary sings', 'canary!', '-canary', 'x'.repeat(65), ''])('is no name: %j', (name) => {
    expect(transportFailure(failure(name)).cause).toMatchObject({ name: 'Error', message: 'Error' });
  });

  it.each<[unknown]>([['canary'], ['ECANARY canary'], ['1ECANARY'], ['E'], ['E'.repeat(65)], [42], [['ECONNRESET']]])(
    'is no code: %j',
    (code) => {
      expect(transportFailure(failure('SocketError', { code })).cause).toMatchObject({
        code: undefined,
        message: 'SocketError',
      });
    },
  );
});
