import type { LookupAddress } from 'node:dns';
import net from 'node:net';
import { onAbort } from './deadline.js';

/** How long an address is alone before the next one is tried beside it (RFC 8305, section 5). */
const attemptDelayMs = 250;

/**
 * Connects to whichever address answers first ("Happy Eyeballs", RFC 8305): the families take turns, the next address
 * starts 250 ms after the one before or when that fails, and earlier attempts go on. The losers are closed.
 *
 * Node's own `autoSelectFamily` gives an address up after these 250 ms, so that a name with two families cannot be
 * reached over a slow network.
 *
 * Rejects with the error of the address, an `AggregateError` for several, or the reason of the signal.
 */
export function connectToFirst(
  addresses: readonly LookupAddress[],
  port: number,
  signal: AbortSignal,
): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const pending = inTurns(addresses);
    const attempts = new Set<net.Socket>();
    const errors: Error[] = [];
    let nextAttempt: NodeJS.Timeout | undefined;

    const end = () => {
      clearTimeout(nextAttempt);
      stopListening();
      for (const loser of attempts) loser.destroy();
      attempts.clear();
    };
    const attemptNext = () => {
      clearTimeout(nextAttempt);
      const next = pending.shift();
      if (next === undefined) {
        if (attempts.size > 0) return;
        end();
        reject(errors.length === 1 ? errors[0] : new AggregateError(errors));
        return;
      }
      if (pending.length > 0) nextAttempt = setTimeout(attemptNext, attemptDelayMs);
      const socket = open(next.address, port);
      attempts.add(socket);
      socket.once('connect', () => {
        attempts.delete(socket);
        end();
        resolve(socket);
      });
      socket.on('error', (error) => {
        if (!attempts.delete(socket)) return;
        errors.push(error);
        attemptNext();
      });
    };
    const stopListening = onAbort(signal, () => {
      end();
      reject(signal.reason);
    });
    attemptNext();
  });
}

/** As undici opens its sockets. */
function open(host: string, port: number): net.Socket {
  return net.connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 });
}

/** One address of each family in turn, beginning with the family that the system put first. */
function inTurns(addresses: readonly LookupAddress[]): LookupAddress[] {
  const preferred = addresses.filter(({ family }) => family === addresses[0]?.family);
  const others = addresses.filter(({ family }) => family !== addresses[0]?.family);
  return preferred
    .flatMap((address, index) => [address, ...others.slice(index, index + 1)])
    .concat(others.slice(preferred.length));
}
