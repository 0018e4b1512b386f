import type { BoxEvent, EventHub } from '../world/events.js';
import { problem } from './endpoint.js';
import { jsonText } from './json.js';

/** How many bytes may wait for a watcher that does not read; then it is cut off, and comes back for the rest. */
export const maxBufferedBytes = 16 * 1024 * 1024;

/** How many may watch at once. */
export const maxWatchers = 256;

/** Bytes of an event, for all that watch: each of them holds what waits for it, and none holds a copy. */
const written = new WeakMap<BoxEvent, Uint8Array>();

const encoder = new TextEncoder();

/** Who watches, and from where on. */
export interface Watching {
  /** The last event that the watcher saw; undefined: it begins. */
  readonly lastEventId?: string | undefined;
  /** Aborts when the watcher leaves. */
  readonly signal: AbortSignal;
}

/** Server-sent events from now on, or from the one after `lastEventId` on. 503 if too many watch. */
export function eventStream(events: EventHub, { lastEventId, signal }: Watching): Response {
  if (events.watchers >= maxWatchers) {
    const why = `${maxWatchers} programs watch the events already: close one of them, and try again.`;
    return problem(503, why, { 'Retry-After': '5' });
  }
  let stop = () => {};
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        let isOpen = true;
        const write = (event: BoxEvent) => {
          if (!isOpen) return;
          const bytes = bytesOf(event);
          if (bytes.byteLength <= (controller.desiredSize ?? 0)) {
            controller.enqueue(bytes);
            return;
          }
          isOpen = false;
          stop();
          controller.close();
        };
        const unwatch = events.watch(write);
        stop = () => {
          signal.removeEventListener('abort', stop);
          unwatch();
        };
        signal.addEventListener('abort', stop);
        controller.enqueue(encoder.encode('retry: 500\n\n'));
        const missed = lastEventId === undefined ? [] : events.after(Number(lastEventId));
        if (missed === undefined) write({ id: events.newest, name: 'reset', data: {} });
        else for (const event of missed) write(event);
      },
      cancel: () => stop(),
    },
    new ByteLengthQueuingStrategy({ highWaterMark: maxBufferedBytes }),
  );
  const headers = { 'Content-Type': 'text/event-stream; charset=utf-8', 'Cache-Control': 'no-store' };
  return new Response(body, { headers });
}

/** An event that is longer than may wait at all, because JSON escapes its text, is told as a reset. */
function bytesOf(event: BoxEvent): Uint8Array {
  const known = written.get(event);
  if (known !== undefined) return known;
  const whole = encoder.encode(asText(event));
  const bytes =
    whole.byteLength <= maxBufferedBytes / 2
      ? whole
      : encoder.encode(asText({ id: event.id, name: 'reset', data: {} }));
  written.set(event, bytes);
  return bytes;
}

function asText({ id, name, data }: BoxEvent): string {
  return `id: ${id}\nevent: ${name}\ndata: ${jsonText(data)}\n\n`;
}
