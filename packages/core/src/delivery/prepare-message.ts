import type { MessageEnvelope, OutboundMessage, TextMessage } from '../contract/messages.js';
import type { SmsProvider } from '../contract/sms-provider.js';
import type { PhoneNumber } from '../phone/phone-number.js';
import { invalidRequest, readGiven, type SendRequest, type TemplateRequest } from './send-request.js';
import type { TemplateCatalogue } from './templates/catalogue.js';

/** A message that has been checked, to be rendered for whichever provider is asked. */
export interface PreparedMessage {
  readonly to: PhoneNumber;
  readonly request: SendRequest;
  canSend(provider: SmsProvider): boolean;
  /** What an error says if no provider can send it. */
  readonly unsupported: string;
  messageFor(provider: SmsProvider, envelope: MessageEnvelope): OutboundMessage;
}

/** @throws SmsError `invalid_request`, naming the template or the parameter */
export function prepareMessage(request: SendRequest, to: PhoneNumber, catalogue: TemplateCatalogue): PreparedMessage {
  if ('text' in request && request.text !== undefined) {
    const { text, senderId } = request;
    const content = { kind: 'text', text, ...(senderId === undefined ? {} : { senderId }) } as const;
    const canSend = senderId === undefined ? sendsTexts : sendsTextsWithSender;
    const unsupported = senderId === undefined ? noKind : noSender;
    return { to, request, canSend, unsupported, messageFor: (_, envelope) => textMessage(envelope, content) };
  }
  const { template, params: given } = request as TemplateRequest;
  // A copy: it is read for every attempt, and the caller may change its object meanwhile.
  const params = given && readGiven('send()', () => ({ ...given }));
  const problem = catalogue.check(template, params);
  if (problem !== undefined) throw invalidRequest(`send(): ${problem}`);
  return {
    to,
    request,
    canSend: (provider) => catalogue.canRender(template, provider),
    unsupported: noKind,
    messageFor: (provider, envelope) => catalogue.render(template, params, envelope, provider),
  };
}

/** Most messages have neither a validity nor a URL nor a sender: for these a copy by hand is several times as fast. */
function textMessage(
  envelope: MessageEnvelope,
  content: Pick<TextMessage, 'kind' | 'text' | 'senderId'>,
): OutboundMessage {
  const { id, to, validForMs, reportUrl } = envelope;
  const { kind, text, senderId } = content;
  if (validForMs === undefined && reportUrl === undefined && senderId === undefined) return { kind, id, to, text };
  return { ...envelope, ...content };
}

const noKind = 'No provider of the route sends this kind of message.';
const noSender =
  'No provider of the route sends texts with a senderId; leave it out, or add a provider that takes one (sends.senderId).';

function sendsTexts({ sends }: SmsProvider): boolean {
  return sends.text;
}

function sendsTextsWithSender({ sends }: SmsProvider): boolean {
  return sends.text && sends.senderId;
}
