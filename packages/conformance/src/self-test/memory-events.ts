import type { EventSink, ProviderEvent, ProviderEvents } from '@polysms/core/provider-kit';
import type { Connection, MemoryConnections } from './memory-connections.js';

/** How a connection treats what is written on it. */
export type Handling = (sink: EventSink) => Connection;

/** Says that an event has arrived when the sink has it, and so of what nobody can read, or it would come for ever. */
const storeThenAnswer: Handling = (sink) => async (written) => {
  const event = readEvent(written);
  if (event === undefined) return true;
  try {
    await sink(event);
    return true;
  } catch {
    return false;
  }
};

/** Events as a provider has them that keeps a connection to its vendor. */
export function memoryEvents(connections: MemoryConnections, handle = storeThenAnswer) {
  const own = new Set<Connection>();
  const end = (connection: Connection) => {
    own.delete(connection);
    connections.open.delete(connection);
  };
  return {
    listen(sink) {
      const connection = handle(sink);
      own.add(connection);
      connections.open.add(connection);
      return { [Symbol.dispose]: () => end(connection) };
    },
    close() {
      for (const connection of own) end(connection);
    },
  } satisfies ProviderEvents & { close(): void };
}

export function readEvent(written: string): ProviderEvent | undefined {
  try {
    return JSON.parse(written) as ProviderEvent;
  } catch {
    return undefined;
  }
}
