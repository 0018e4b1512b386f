import { isIP } from 'node:net';
import type { SmsErrorCode } from '../errors/error-codes.js';
import { isError, TransportError, transportCodeOf } from '../errors/foreign-error.js';

/** What the transport said, reduced to what is safe to log and useful to a person. */
export interface TransportFailure {
  readonly code: SmsErrorCode;
  readonly cause: Error;
  /** A sentence for a request that was not written. */
  readonly message: string;
}

/** Classifies an error of undici or Node. Whether the request was written is *not* in here: the write mark knows. */
export function transportFailure(error: unknown): TransportFailure {
  const cause = safeCause(error);
  const code = codeOf(cause.name, cause.code);
  return { code, cause, message: messageOf(code, cause) };
}

function messageOf(code: SmsErrorCode, cause: TransportError): string {
  if (cause.code === proxyRefused) return `${cause.message}.`;
  return code === 'invalid_request'
    ? 'The request is malformed, or the dispatcher is not one of undici 7.'
    : 'The request could not be sent.';
}

/** Our own code: undici has none for it. */
const proxyRefused = 'PROXY_REFUSED';

function codeOf(name: string, code: string | undefined): SmsErrorCode {
  switch (code) {
    case 'UND_ERR_CONNECT_TIMEOUT':
    case 'UND_ERR_HEADERS_TIMEOUT':
    case 'UND_ERR_BODY_TIMEOUT':
    case 'ETIMEDOUT':
      return 'timeout';
    case 'UND_ERR_INVALID_ARG':
      return 'invalid_request';
    case 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH':
    case 'UND_ERR_HEADERS_OVERFLOW':
      return 'invalid_response';
    default:
      return name === 'HTTPParserError' ? 'invalid_response' : 'network_error';
  }
}

/**
 * A new error from the facts that are safe: the kind, the code, and for errors of the operating system what was
 * tried and where. The message of the original is left out. It may hold anything: a mock agent repeats the request's
 * body with the credential in it, a parser error the vendor's raw answer, a TLS error the whole certificate.
 */
function safeCause(error: unknown): TransportError {
  // Known by what they have, not by their class: Jest and `node:vm` have classes of their own.
  if (!isError(error)) return new TransportError('Error', undefined, 'The transport failed.');
  if ('errors' in error && Array.isArray(error.errors)) {
    // A failed connection to several addresses.
    const inner = error.errors.map(safeCause);
    const message = inner.map((each) => each.message).join('; ');
    return new TransportError(inner[0]?.name ?? 'AggregateError', inner[0]?.code, message);
  }
  const proxyStatus = proxyRefusal.exec(error.message)?.[1];
  if (proxyStatus !== undefined) {
    return new TransportError('ProxyError', proxyRefused, `The proxy refused: ${proxyStatus}`);
  }
  const name = /^\w{1,64}$/.test(error.name) ? error.name : 'Error';
  const code = transportCodeOf(error);
  return new TransportError(name, code, `${systemCall(error)}${code ?? name}${target(error)}`);
}

/** undici tells what a proxy answered in words only; the status is all that is taken of them. */
const proxyRefusal = /^Proxy (?:response|Authentication Required) \((\d{3})\)/;

function systemCall(error: Error): string {
  const syscall: unknown = 'syscall' in error ? error.syscall : undefined;
  return typeof syscall === 'string' && /^[a-z]{1,32}$/.test(syscall) ? `${syscall} ` : '';
}

function target(error: Error): string {
  const address =
    'address' in error && typeof error.address === 'string' && isIP(error.address) > 0 ? error.address : '';
  if (address === '') return '';
  return 'port' in error && typeof error.port === 'number' ? ` ${address}:${error.port}` : ` ${address}`;
}
