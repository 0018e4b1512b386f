import { isUtf8 } from 'node:buffer';
import zlib, { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';

/** The bytes of an answer, or why there are none. */
export type Decoding = Buffer | 'too-long' | 'unreadable';

/** More than two encodings have no good reason, and each costs a whole decoding. */
const maxLayers = 2;

/**
 * Takes the encodings of a `Content-Encoding` header off (RFC 9110, section 8.4): gzip, deflate, br, and zstd where
 * Node knows it. Gateways also write there what is no encoding (`utf-8`, `none`), or name one that the body does not have:
 * a body that is text as it stands is taken so.
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
  if (encodings.length === 0 || bytes.length === 0) return bytes;
  if (encodings.length > maxLayers) return 'unreadable';
  let decoded = bytes;
  try {
    for (const encoding of encodings.toReversed()) {
      const decode = decoders.get(encoding);
      if (decode === undefined) return asItStands(bytes);
      decoded = decode(decoded, { maxOutputLength: maxBytes });
    }
  } catch (error) {
    const isTooLong = (error as NodeJS.ErrnoException)?.code === 'ERR_BUFFER_TOO_LARGE';
    return isTooLong ? 'too-long' : asItStands(bytes);
  }
  return decoded;
}

/** Encoded bytes are no UTF-8: the magic numbers of gzip and zstd are not, and of the others hardly ever. */
function asItStands(bytes: Buffer): Decoding {
  return isUtf8(bytes) ? bytes : 'unreadable';
}

function encodingsOf(header: string | readonly string[] | undefined): readonly string[] {
  if (header === undefined) return [];
  const names = [header].flat().join(',').split(',');
  return names
    .map((name) =>
      name
        .trim()
        .replace(/^"(.*)"$/, '$1')
        .toLowerCase(),
    )
    .filter((name) => name !== '' && name !== 'identity');
}

type Decoder = (bytes: Buffer, options: { readonly maxOutputLength: number }) => Buffer;

const decoders: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ['gzip', gunzipSync],
  ['x-gzip', gunzipSync],
  ['br', brotliDecompressSync],
  ['deflate', inflate],
  ['x-deflate', inflate],
  // From Node 22.15 on.
  ...('zstdDecompressSync' in zlib ? [['zstd', zlib.zstdDecompressSync as Decoder] as const] : []),
]);

/** Many servers send `deflate` without the zlib header that the standard asks for. */
function inflate(...[bytes, options]: Parameters<Decoder>): Buffer {
  const hasZlibHeader = ((bytes[0] ?? 0) & 0x0f) === 8;
  return hasZlibHeader ? inflateSync(bytes, options) : inflateRawSync(bytes, options);
}
