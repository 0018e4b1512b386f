import type { OutboundMessage } from '../contract/messages.js';
import type { SmsProvider } from '../contract/sms-provider.js';
import type { PhoneNumber } from '../phone/phone-number.js';
import { invalidRequest, type SendRequest, type TemplateRequest } from './send-request.js';
import type { TemplateCatalogue } from './templates/catalogue.js';

/** A message that has been checked, to be rendered for whichever provider is asked. */
export interface PreparedMessage {
  readonly to: PhoneNumber;
  readonly request: SendRequest;
  canSend(provider: SmsProvider): boolean;
  messageFor(provider: SmsProvider): OutboundMessage;
}

/** @throws SmsError `invalid_request`, naming the template or the parameter */
export function prepareMessage(request: SendRequest, to: PhoneNumber, catalogue: TemplateCatalogue): PreparedMessage {
  if ('text' in request && request.text !== undefined) {
    const { text, senderId } = request;
    const message: OutboundMessage = { kind: 'text', to, text, ...(senderId === undefined ? {} : { senderId }) };
    return { to, request, canSend: sendsTexts, messageFor: () => message };
  }
  const { template, params: given } = request as TemplateRequest;
  // A copy: it is read for every attempt, and the caller may change its object meanwhile.
  const params = given && { ...given };
  const problem = catalogue.check(template, params);
  if (problem !== undefined) throw invalidRequest(`send(): ${problem.message}`);
  return {
    to,
    request,
    canSend: (provider) => catalogue.canRender(template, provider),
    messageFor: (provider) => catalogue.render(template, params, to, provider),
  };
}

function sendsTexts({ sends }: SmsProvider): boolean {
  return sends.text;
}
