import type { Box } from '../box.js';
import type { ApiEndpoint } from './contract.js';
import { jsonAnswer } from './json.js';

/** A path of the control API, and who answers. */
export interface ControlEndpoint extends Omit<ApiEndpoint, 'curl'> {
  /** What follows the address in an example: a path with its values filled in. Default: the path. */
  readonly example?: string;
  /** The JSON of the example. */
  readonly exampleBody?: unknown;
  /** Resolves with what is answered as JSON, or with an answer of its own. */
  answer(call: ControlCall): unknown;
}

/** A request to the control API. */
export interface ControlCall {
  readonly box: Box;
  /** The certificate of the vendors' ports, in PEM. */
  readonly certificate: string | undefined;
  /** A part of the path, by its name. */
  param(name: string): string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Headers;
  /** The JSON of the body; undefined if there is none. */
  readonly body: unknown;
  /** Aborts when the caller leaves. */
  readonly signal: AbortSignal;
}

/** An answer with a status from 400 up. */
export function problem(status: number, error: string, headers: Record<string, string> = {}): Response {
  return jsonAnswer({ error }, status, headers);
}

/** What an endpoint is in `GET /api`. */
export function listed(
  { method, path, query, body, what, example, exampleBody }: ControlEndpoint,
  url: string,
): ApiEndpoint {
  const verb = method === 'DELETE' ? '-X DELETE ' : '';
  const data = exampleBody === undefined ? (method === 'POST' ? " -d ''" : '') : ` -d '${JSON.stringify(exampleBody)}'`;
  const curl = `curl -s ${verb}'${url}${example ?? path}'${data}`;
  return {
    method,
    path,
    ...(query === undefined ? {} : { query }),
    ...(body === undefined ? {} : { body }),
    what,
    curl,
  };
}
