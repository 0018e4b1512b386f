/**
 * What a browser is told when nothing was sent, or nobody knows. Never `error.message`: it is for developers. Whatever
 * no person can mend is "try later".
 *
 * @param {import('@polysms/core').SmsError} error
 */
function httpAnswerOf({ code, retryAfterMs }) {
  switch (code) {
    case 'invalid_phone_number':
    case 'invalid_request':
    case 'destination_not_allowed':
    case 'recipient_blocked':
      return { status: 422, body: { error: code } };
    case 'resend_too_soon':
    case 'send_limit_exceeded':
    case 'verification_locked':
    case 'recipient_rate_limited':
      return { status: 429, body: { error: code, retryAfterMs } };
    default:
      return { status: 503, body: { error: 'try_later', retryAfterMs } };
  }
}

module.exports = { httpAnswerOf };
