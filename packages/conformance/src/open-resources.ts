import { setTimeout as wait } from 'node:timers/promises';
import { RunningTime } from './running-time.js';
import { turnEventLoop } from './turns.js';

/** The kinds of open resources that a provider can leave behind. */
const kinds = ['Timeout', 'TCPSocketWrap', 'TLSWrap'] as const;

export type OpenResources = ReadonlyMap<string, number>;

/** Turns after which whatever is still open is not about to go: from then on the wait costs no processor. */
const manyTurns = 50;
/** Below what {@link RunningTime} counts at most between two looks. */
const pauseMs = 5;

/** What keeps the process alive now, the test runner's own timers included. */
export function openResources(): OpenResources {
  const open = process.getActiveResourcesInfo();
  return new Map(kinds.map((kind) => [kind, open.filter((name) => name === kind).length]));
}

/**
 * Waits until no more is open than `before`, since sockets need a few turns of the event loop to go.
 *
 * @returns undefined when all has gone, or else what is left when the time is up
 */
export async function resourcesGone(before: OpenResources, withinMs: number): Promise<string | undefined> {
  const time = new RunningTime();
  for (let turns = 0; ; turns += 1) {
    const left = moreThan(before);
    if (left === undefined || time.look() > withinMs) return left;
    // The turn behind it takes the timer of the pause away, which would count as open.
    if (turns > manyTurns) await wait(pauseMs);
    await turnEventLoop();
  }
}

function moreThan(before: OpenResources): string | undefined {
  const now = openResources();
  const left = kinds.flatMap((kind) => {
    const count = (now.get(kind) ?? 0) - (before.get(kind) ?? 0);
    return count > 0 ? [`${count} × ${kind}`] : [];
  });
  return left.length === 0 ? undefined : left.join(', ');
}
