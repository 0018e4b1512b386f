import type { BoxMessage, ConversationEntry, Phone } from '../../../control/contract.js';

/** The phones after these arrivals: those that received are in front, the last one first. */
export function withArrivals(phones: readonly Phone[], arrivals: readonly ConversationEntry[]): readonly Phone[] {
  const byNumber = new Map(phones.map((phone) => [phone.phone, phone]));
  const changed = new Map<string, Phone>();
  for (const arrival of arrivals) {
    const number = phoneOf(arrival);
    const known = changed.get(number) ?? byNumber.get(number);
    // A number that is set again keeps its place; the newest belongs at the end.
    changed.delete(number);
    changed.set(number, {
      phone: number,
      messages: (known?.messages ?? 0) + 1,
      last: { text: textOf(arrival), at: timeOf(arrival), direction: arrival.direction },
    });
  }
  return [...[...changed.values()].reverse(), ...phones.filter(({ phone }) => !changed.has(phone))];
}

/** A list after these came: what has a known id replaces what had it. */
export function withNewer<Item extends { readonly id: string }>(
  items: readonly Item[],
  newer: readonly Item[],
): readonly Item[] {
  if (newer.length === 0) return items;
  const byId = new Map(items.map((item) => [item.id, item]));
  for (const item of newer) byId.set(item.id, item);
  return [...byId.values()];
}

/** The conversation after these arrivals; one that is there already is replaced: it may have changed. */
export function withEntries(
  entries: readonly ConversationEntry[],
  arrivals: readonly ConversationEntry[],
): readonly ConversationEntry[] {
  if (arrivals.length === 0) return entries;
  const byKey = new Map(entries.map((entry) => [entryKey(entry), entry]));
  for (const arrival of arrivals) byKey.set(entryKey(arrival), arrival);
  return [...byKey.values()];
}

/** Whether it has just come, and is not told again because the app was told of it: that one has been counted. */
export function isArrival(entry: ConversationEntry): boolean {
  return entry.direction === 'in' ? entry.message.reported === undefined : entry.reply.attempts.length === 0;
}

export function phoneOf(entry: ConversationEntry): string {
  return entry.direction === 'in' ? entry.message.to : entry.reply.from;
}

export function timeOf(entry: ConversationEntry): number {
  return entry.direction === 'in' ? entry.message.receivedAt : entry.reply.at;
}

function textOf(entry: ConversationEntry): string {
  return entry.direction === 'in' ? entry.message.text : entry.reply.text;
}

export function entryKey(entry: ConversationEntry): string {
  return entry.direction === 'in' ? entry.message.id : `reply-${entry.reply.id}`;
}

/** The messages that reached a phone. */
export function received(entries: readonly ConversationEntry[]): readonly BoxMessage[] {
  return entries.flatMap((entry) => (entry.direction === 'in' ? [entry.message] : []));
}
