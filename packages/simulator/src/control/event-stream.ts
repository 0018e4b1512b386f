import type { BoxEvent, EventHub } from '../world/events.js';
import { jsonText } from './json.js';

/** How many events may wait for a watcher that does not read; then it is cut off, and comes back for the rest. */
const maxWaiting = 10_000;

/** Server-sent events from now on, or from the one after `lastEventId` on. */
export function eventStream(events: EventHub, lastEventId: string | undefined): Response {
  const encoder = new TextEncoder();
  let stop = () => {};
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const write = (event: BoxEvent) => {
          if ((controller.desiredSize ?? 0) <= 0) {
            stop();
            controller.close();
          } else controller.enqueue(encoder.encode(asText(event)));
        };
        const missed = lastEventId === undefined ? [] : events.after(Number(lastEventId));
        controller.enqueue(encoder.encode('retry: 500\n\n'));
        if (missed === undefined) write({ id: events.newest, name: 'reset', data: {} });
        else for (const event of missed) write(event);
        stop = events.watch(write);
      },
      cancel: () => stop(),
    },
    new CountQueuingStrategy({ highWaterMark: maxWaiting }),
  );
  const headers = { 'Content-Type': 'text/event-stream; charset=utf-8', 'Cache-Control': 'no-store' };
  return new Response(body, { headers });
}

function asText({ id, name, data }: BoxEvent): string {
  return `id: ${id}\nevent: ${name}\ndata: ${jsonText(data)}\n\n`;
}
