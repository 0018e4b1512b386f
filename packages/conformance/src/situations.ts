/**
 * How a request ends, and the outcome that it must have:
 *
 * - `refuse`: the vendor answers that it will not do it → `refused`
 * - `unreachable`: nobody listens and idle connections are closed, so the connection is refused → `not-sent`
 * - `lose-answer`: the vendor does its work, then closes the connection (FIN) instead of answering → `unknown`
 * - `reset-connection`: the vendor does its work, then resets the connection (RST) instead of answering → `unknown`
 * - `cut-answer`: the vendor does its work, then closes the connection in the middle of its answer → `unknown`
 * - `server-error`: the vendor does its work, then answers that it has failed (HTTP 500) → `unknown`
 * - `garbage`: the vendor answers with something that nobody can read (a page of HTML) → `unknown`
 * - `hang`: the vendor reads the request and never answers → `unknown` when the deadline ends
 *
 * An environment without connections (an SDK's double, a provider in memory) loses its answer in all three of
 * `lose-answer`, `reset-connection` and `cut-answer`.
 */
export type Situation = (typeof situations)[number];

export const situations = [
  'refuse',
  'unreachable',
  'lose-answer',
  'reset-connection',
  'cut-answer',
  'server-error',
  'garbage',
  'hang',
] as const;
