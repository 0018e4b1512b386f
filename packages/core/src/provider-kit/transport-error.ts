import type { SmsErrorCode } from '../errors/error-codes.js';
import { redactDigits } from '../errors/redact-digits.js';

/** What the transport said, reduced to what is safe to log and useful to a person. */
export interface TransportFailure {
  readonly code: SmsErrorCode;
  readonly cause: Error;
}

/** Classifies an error of undici or Node. Whether the request was written is *not* in here: the write mark knows. */
export function transportFailure(error: unknown): TransportFailure {
  const cause = safeCause(error);
  return { code: codeOf(cause.name, cause.code), cause };
}

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

class TransportError extends Error {
  readonly code: string | undefined;

  constructor(name: string, code: string | undefined, message: string) {
    super(message);
    this.name = name;
    this.code = code;
  }
}

/**
 * A copy that holds the name, the code and the message only. The originals carry more than anybody asked for:
 * a parser error the vendor's raw answer (which may echo a credential), a TLS error the whole certificate,
 * a failed connection to several addresses an empty message and the reasons in a list.
 */
function safeCause(error: unknown): TransportError {
  if (error instanceof AggregateError) {
    const inner = error.errors.map(safeCause);
    const message = inner.map((each) => each.message).join('; ');
    return new TransportError(inner[0]?.name ?? error.name, inner[0]?.code, message);
  }
  if (!(error instanceof Error))
    return new TransportError('Error', undefined, 'The transport failed without an error.');
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return new TransportError(error.name, code, redactDigits(error.message));
}
