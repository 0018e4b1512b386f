import {
  checkableCodeProblem,
  connectionOf,
  createHttpTransport,
  type HttpTransport,
  type IssuedVerification,
  notSent,
  SentMessages,
  type SmsProvider,
} from '@polysms/core/provider-kit';
import { readCheck, readMessage, readVerification } from './answers.js';
import { twilioLookup } from './lookup.js';
import {
  baseUrlsOf,
  type ParsedTwilioOptions,
  parseTwilioOptions,
  type TwilioOptions,
  twilioOwner,
} from './options.js';
import { twilioWebhooks } from './reports.js';
import { TwilioRequests, templateProblem } from './requests.js';

/**
 * A provider for one Twilio account. Sends texts and templates (Messages), tells what became of them if it has the auth
 * token, and makes, sends and checks codes if it has a Verify service.
 *
 * @throws SmsError `configuration_invalid`, naming every wrong option
 */
export function twilio(options: TwilioOptions): SmsProvider {
  const parsed = parseTwilioOptions(options);
  const { id, authToken, from, messagingServiceSid, verifyServiceSid, codeLifetimeMs } = parsed;
  const canSend = (from ?? messagingServiceSid) !== undefined;
  const sends = { text: canSend, template: canSend, senderId: canSend };
  const requests = new TwilioRequests(parsed);
  const [api, verify] = transportsOf(parsed);
  const sent = new SentMessages();
  return {
    specification: 'v1',
    id,
    sends,
    verification:
      verifyServiceSid === undefined ? null : verification(verify, requests, verifyServiceSid, codeLifetimeMs),
    webhooks: authToken === undefined ? null : twilioWebhooks(authToken),
    events: null,
    lookup: twilioLookup(api, requests, sent, parsed.onlySender),
    async send(message, context) {
      if (!sends[message.kind]) {
        const said = 'This account sends only codes of Verify; set from or messagingServiceSid.';
        return notSent('unsupported_message', said);
      }
      const problem = message.kind === 'template' ? templateProblem(message) : undefined;
      if (problem !== undefined) return notSent('template_rejected', problem);
      const sender = requests.senderOf(message);
      if (sender === undefined) return notSent('sender_rejected', 'from: names no sender for this country.');
      sent.sending(message, sender[1]);
      const outcome = readMessage(await api.request(requests.message(message, sender), context));
      sent.settled(message.id, outcome);
      return outcome;
    },
    async close() {
      await Promise.all([api.close(), verify.close()]);
    },
  };
}

/** The sixth check is answered 60202 or 404, even of the right code (documentation). */
const maxChecks = 5;

function verification(
  transport: HttpTransport,
  requests: TwilioRequests,
  service: string,
  lifetimeMs: number,
): IssuedVerification {
  return {
    limits: { maxChecks, lifetimeMs },
    async start(request, context) {
      return readVerification(await transport.request(requests.verification(service, request), context));
    },
    async check(check, context) {
      const problem = checkableCodeProblem(check.code);
      if (problem !== undefined) return problem;
      return readCheck(await transport.request(requests.verificationCheck(service, check), context), check.to.e164);
    },
  };
}

/** One for the API and one for Verify, which is elsewhere. The pace is the account's. */
function transportsOf(options: ParsedTwilioOptions): readonly [api: HttpTransport, verify: HttpTransport] {
  const connection = connectionOf(options);
  const baseUrls = baseUrlsOf(options);
  const api = createHttpTransport({ ...connection, baseUrl: baseUrls.api }, twilioOwner);
  if (baseUrls.verify === baseUrls.api) return [api, api];
  const pace = { maxPerSecond: undefined, burst: undefined, pace: api.pace };
  return [api, createHttpTransport({ ...connection, ...pace, baseUrl: baseUrls.verify }, twilioOwner)];
}
