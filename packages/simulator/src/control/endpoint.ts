import type { Box } from '../box.js';
import type { ApiEndpoint } from './contract.js';
import { jsonAnswer, jsonText } from './json.js';

/** A path of the control API, and who answers. */
export interface ControlEndpoint extends Omit<ApiEndpoint, 'curl'> {
  /** What follows the address in an example: a path with its values filled in. Default: the path. */
  readonly example?: string;
  /** The JSON of the example. */
  readonly exampleBody?: unknown;
  /** Path and JSON of an example that depends on the vendors in the box; undefined if none of them has such a thing. */
  exampleIn?(box: Box): { readonly path: string; readonly body: unknown } | undefined;
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
export function listed(endpoint: ControlEndpoint, box: Box, url: string): ApiEndpoint {
  const { method, path, query, body, what, example = path, exampleBody } = endpoint;
  const shown = endpoint.exampleIn?.(box) ?? { path: example, body: exampleBody };
  const curl = curlLine(method, `${url}${shown.path}`, shown.body);
  return {
    method,
    path,
    ...(query === undefined ? {} : { query }),
    ...(body === undefined ? {} : { body }),
    what,
    curl,
  };
}

/** A line for a shell. */
export function curlLine(method: ApiEndpoint['method'], url: string, body: unknown): string {
  const verb = method === 'DELETE' ? '-X DELETE ' : '';
  const text = body === undefined ? '' : jsonText(body).replaceAll("'", String.raw`\u0027`);
  return `curl -s ${verb}'${url}'${method === 'POST' ? ` -d '${text}'` : ''}`;
}
