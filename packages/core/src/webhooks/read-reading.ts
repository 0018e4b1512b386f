import type { ProviderEvent } from '../contract/provider-events.js';
import type { WebhookReading, WebhookReply } from '../contract/webhooks.js';
import { readEvent } from './read-event.js';

/** What a provider made of a request, as plain data. */
export type PlainReading =
  | {
      readonly outcome: 'verified';
      /** Those that are events. */
      readonly events: readonly ProviderEvent[];
      /** How many are none. */
      readonly brokenEvents: number;
      /** Undefined if it is no reply. */
      readonly reply: WebhookReply | undefined;
    }
  | {
      readonly outcome: 'rejected';
      readonly reason: 'signature' | 'stale' | 'malformed';
      readonly reply: WebhookReply | undefined;
    };

/**
 * What a provider answered, as plain data; undefined if that is no reading.
 *
 * A provider is somebody else's code, and may pass on whatever its vendor has sent. So every field is read once, here,
 * and is of its type from here on: nothing that comes later can throw, or read something else.
 */
export function readReading(value: WebhookReading): PlainReading | undefined {
  const fields = attempt(() => {
    const { outcome, reason, events, reply } = value as Readonly<
      Record<keyof typeof value | 'reason' | 'events', unknown>
    >;
    return { outcome, reason, events: Array.isArray(events) ? Array.from(events as unknown[]) : undefined, reply };
  });
  if (fields === undefined) return undefined;
  const { outcome, reason, events } = fields;
  const reply = attempt(() => replyOf(fields.reply));
  if (outcome === 'rejected') return { outcome, reason: reasonOf(reason), reply };
  if (outcome !== 'verified' || events === undefined) return undefined;
  const read = events.map((event) => attempt(() => readEvent(event)));
  const sound = read.filter((event) => event !== undefined);
  return { outcome, events: sound, brokenEvents: read.length - sound.length, reply };
}

/** What is refused for a reason that nobody knows is refused all the same. */
function reasonOf(reason: unknown): 'signature' | 'stale' | 'malformed' {
  return reason === 'stale' || reason === 'malformed' ? reason : 'signature';
}

function replyOf(value: unknown): WebhookReply | undefined {
  const { status, headers, body } = value as Readonly<Record<string, unknown>>;
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 200 || status > 599) return undefined;
  if (body !== undefined && body !== null && typeof body !== 'string') return undefined;
  const pairs = Object.entries(headers ?? {});
  if (!pairs.every((pair): pair is [string, string] => typeof pair[1] === 'string')) return undefined;
  return { status, headers: Object.fromEntries(pairs), body: body ?? undefined };
}

function attempt<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    // A getter or a proxy that throws.
    return undefined;
  }
}
