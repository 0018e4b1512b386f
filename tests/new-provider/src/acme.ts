import { createHttpTransport, notSent, type SmsProvider } from '@polysms/core/provider-kit';
import { sendOutcome } from './answers.js';
import { acmeLookup } from './lookup.js';
import { type AcmeOptions, acmeOwner, parseAcmeOptions } from './options.js';
import { acmeWebhooks } from './reports.js';
import { sendText } from './requests.js';

/**
 * A provider for one Acme account. Sends texts, and tells what became of them.
 *
 * @throws SmsError `configuration_invalid`, naming every wrong option
 */
export function acme(options: AcmeOptions): SmsProvider {
  const { apiKey, webhookSecret, id, ...connection } = parseAcmeOptions(options);
  const transport = createHttpTransport(connection, acmeOwner);
  return {
    specification: 'v1',
    id,
    sends: { text: true, template: false, senderId: true },
    verification: null,
    webhooks: webhookSecret === undefined ? null : acmeWebhooks(webhookSecret),
    events: null,
    lookup: acmeLookup(transport, apiKey),
    async send(message, context) {
      if (message.kind !== 'text') return notSent('unsupported_message', 'Acme sends texts only.');
      return sendOutcome(await transport.request(sendText(apiKey, message), context));
    },
    close: () => transport.close(),
  };
}
