import type { SmsProvider } from '@polysms/core';
import type { OutboundMessage } from '@polysms/core/provider-kit';

/** Takes every text, and keeps it. */
export function inbox(): SmsProvider & { readonly messages: OutboundMessage[] } {
  const messages: OutboundMessage[] = [];
  return {
    specification: 'v1',
    id: 'inbox',
    sends: { text: true, template: false, senderId: true },
    messages,
    verification: null,
    webhooks: null,
    events: null,
    lookup: null,
    send: async (message) => {
      messages.push(message);
      return { outcome: 'accepted', reference: 'message-1' };
    },
    close: async () => undefined,
  };
}

/** The code in a text; empty if there is none. */
export function codeOf(message: OutboundMessage | undefined): string {
  return message?.kind === 'text' ? (/\d{6}/.exec(message.text)?.[0] ?? '') : '';
}
