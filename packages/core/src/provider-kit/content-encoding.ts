import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';

/** What became of the bytes of an answer. */
export type Decoding =
  | { readonly ok: true; readonly bytes: Buffer }
  | { readonly ok: false; readonly reason: 'too-long' | 'unreadable' };

/** More than two encodings have no good reason, and each costs a whole decoding. */
const maxLayers = 2;

/**
 * Takes the encodings of a `Content-Encoding` header off (RFC 9110, section 8.4): gzip, deflate, br.
 *
 * Synchronously: the asynchronous calls of zlib wait for libuv's threads, which name servers can hold up for seconds.
 * What they may cost is bounded by `maxBytes`, the length of the result.
 */
export function decodeContent(
  header: string | readonly string[] | undefined,
  bytes: Buffer,
  maxBytes: number,
): Decoding {
  const encodings = encodingsOf(header);
  // No body has no encoding, whatever a gateway's header says.
  if (encodings.length === 0 || bytes.length === 0) return { ok: true, bytes };
  if (encodings.length > maxLayers) return { ok: false, reason: 'unreadable' };
  let decoded = bytes;
  try {
    for (const encoding of encodings.toReversed()) {
      const decode = decoders.get(encoding);
      if (decode === undefined) return { ok: false, reason: 'unreadable' };
      decoded = decode(decoded, { maxOutputLength: maxBytes });
    }
  } catch (error) {
    const isTooLong = error instanceof RangeError;
    return { ok: false, reason: isTooLong ? 'too-long' : 'unreadable' };
  }
  return { ok: true, bytes: decoded };
}

function encodingsOf(header: string | readonly string[] | undefined): readonly string[] {
  if (header === undefined) return [];
  const names = [header].flat().join(',').split(',');
  return names.map((name) => name.trim().toLowerCase()).filter((name) => name !== '' && name !== 'identity');
}

type Decoder = (bytes: Buffer, options: { readonly maxOutputLength: number }) => Buffer;

const decoders: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ['gzip', gunzipSync],
  ['x-gzip', gunzipSync],
  ['br', brotliDecompressSync],
  ['deflate', inflate],
]);

/** Many servers send `deflate` without the zlib header that the standard asks for. */
function inflate(...[bytes, options]: Parameters<Decoder>): Buffer {
  const hasZlibHeader = ((bytes[0] ?? 0) & 0x0f) === 8;
  return hasZlibHeader ? inflateSync(bytes, options) : inflateRawSync(bytes, options);
}
