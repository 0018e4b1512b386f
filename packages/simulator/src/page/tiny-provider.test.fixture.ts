import {
  accepted,
  createHttpTransport,
  notSent,
  outcomeOfHttpStatus,
  type SmsProvider,
} from '@polysms/core/provider-kit';

/** A provider for the tiny vendor of the kit's tests, which sends texts. */
export function tinyProvider(id: string, baseUrl: string): SmsProvider {
  const transport = createHttpTransport({ baseUrl }, 'tinyProvider()');
  return {
    specification: 'v1',
    id,
    sends: { text: true, template: false, senderId: false },
    verification: null,
    webhooks: null,
    events: null,
    lookup: null,
    async send(message, context) {
      if (message.kind !== 'text') return notSent('unsupported_message', 'The tiny vendor sends texts only.');
      const body = JSON.stringify({ to: message.to.e164, text: message.text });
      const http = await transport.request({ method: 'POST', path: '/messages', headers: {}, body }, context);
      if (http.outcome !== 'answered') return http;
      return http.status === 202 ? accepted(undefined) : outcomeOfHttpStatus(http.status, http.headers);
    },
    close: () => transport.close(),
  };
}
