import type { WebhookRequest } from '@polysms/core/provider-kit';

type RandomInteger = (min: number, max: number) => number;

/** A request in which something is not as it was signed. */
export interface Forgery {
  /** For messages: `a request with bit 3 of byte 17 of its body changed`. */
  readonly what: string;
  readonly request: WebhookRequest;
}

/** Requests in each of which one bit of the body is another. */
export function bodyForgeries(request: WebhookRequest, count: number, random: RandomInteger): readonly Forgery[] {
  return sample(count, () => {
    const [index, bit] = [random(0, request.body.length - 1), random(0, 7)];
    if (request.body.length === 0 || isCaseOfEscape(request.body, index, bit)) return undefined;
    const body = Uint8Array.from(request.body);
    body[index] = (body[index] ?? 0) ^ (1 << bit);
    return { what: `a request with bit ${bit} of byte ${index} of its body changed`, request: { ...request, body } };
  });
}

/** Requests in each of which one bit of the path or the query of the URL is another. */
export function urlForgeries(request: WebhookRequest, count: number, random: RandomInteger): readonly Forgery[] {
  const { url } = request;
  const from = url.indexOf('/', url.indexOf('//') + 2);
  return sample(count, () => {
    const index = random(Math.max(from, 0), url.length - 1);
    const changed = withBitChanged(url, index, random(0, 6));
    if (changed === undefined) return undefined;
    return {
      what: `a request with a bit of character ${index} of its URL changed`,
      request: { ...request, url: changed },
    };
  });
}

/** Signatures in each of which one bit is another, and which do not mean the same when they are decoded. */
export function signatureForgeries(signature: string, count: number, random: RandomInteger): readonly string[] {
  return sample(count, () => {
    const changed = withBitChanged(signature, random(0, signature.length - 1), random(0, 6));
    return changed === undefined || isSameSignature(changed, signature) ? undefined : changed;
  });
}

/** A wrong signature of the right length and form, of which nothing can be seen to be wrong before it is compared. */
export function wrongSignature(signature: string): string {
  // Near the end: what is written before it may say how to read it. Not at it, where base64 has bits without a meaning.
  const index = Math.max(0, signature.length - 8);
  const other = /^a$/iu.test(signature[index] ?? '') ? 'b' : 'a';
  return `${signature.slice(0, index)}${other}${signature.slice(index + 1)}`;
}

function withBitChanged(text: string, index: number, bit: number): string | undefined {
  const code = text.charCodeAt(index) ^ (1 << bit);
  // A header can hold no control characters, and the blanks around it are not part of it.
  if (!(code > 0x20 && code < 0x7f)) return undefined;
  return `${text.slice(0, index)}${String.fromCharCode(code)}${text.slice(index + 1)}`;
}

/** Whether two signatures are the same bytes: digits of another case, or other unused bits at the end of base64. */
function isSameSignature(one: string, other: string): boolean {
  if (/^[\da-f]+$/iu.test(other) && one.toLowerCase() === other.toLowerCase()) return true;
  const [oneEnd, otherEnd] = [one, other].map((each) => each.lastIndexOf('.') + 1);
  if (one.slice(0, oneEnd) !== other.slice(0, otherEnd)) return false;
  return Buffer.from(one.slice(oneEnd), 'base64').equals(Buffer.from(other.slice(otherEnd), 'base64'));
}

/** `%2b` is `%2B`: a vendor that signs the values of a form has signed both. */
function isCaseOfEscape(body: Uint8Array, index: number, bit: number): boolean {
  const percent = 0x25;
  return bit === 5 && (body[index - 1] === percent || body[index - 2] === percent);
}

/** Draws until there are enough. Some draws give nothing, so there is an end to them. */
function sample<Value>(count: number, draw: () => Value | undefined): readonly Value[] {
  const drawn: Value[] = [];
  for (let tries = 0; drawn.length < count && tries < 20 * count; tries += 1) {
    const value = draw();
    if (value !== undefined) drawn.push(value);
  }
  return drawn;
}
