import type { BoxMessage, BoxReply, ConversationEntry, Phone } from './contract.js';

/** Every phone with something on it, the newest first. */
export function phonesOf(messages: readonly BoxMessage[], replies: readonly BoxReply[]): readonly Phone[] {
  const phones = new Map<string, Phone>();
  const note = (phone: string, last: Phone['last']) => {
    const known = phones.get(phone);
    const newest = known !== undefined && known.last.at > last.at ? known.last : last;
    phones.set(phone, { phone, messages: (known?.messages ?? 0) + 1, last: newest });
  };
  for (const { to, text, receivedAt } of messages) note(to, { text, at: receivedAt, direction: 'in' });
  for (const { from, text, at } of replies) note(from, { text, at, direction: 'out' });
  return [...phones.values()].sort((a, b) => b.last.at - a.last.at);
}

/** What came to a phone and what was written on it, in the order of time. */
export function conversationOf(
  phone: string,
  messages: readonly BoxMessage[],
  replies: readonly BoxReply[],
): readonly ConversationEntry[] {
  const entries: ConversationEntry[] = [
    ...messages.filter(({ to }) => to === phone).map((message) => ({ direction: 'in' as const, message })),
    ...replies.filter(({ from }) => from === phone).map((reply) => ({ direction: 'out' as const, reply })),
  ];
  return entries.sort((a, b) => timeOf(a) - timeOf(b));
}

function timeOf(entry: ConversationEntry): number {
  return entry.direction === 'in' ? entry.message.receivedAt : entry.reply.at;
}
