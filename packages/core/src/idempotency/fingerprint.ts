import { hash } from 'node:crypto';
import type { PhoneNumber } from '../phone/phone-number.js';

/** The content of a message: what is sent, not how. A text, or a template by its logical name. */
export interface FingerprintedContent {
  readonly text?: string | undefined;
  readonly template?: string | undefined;
  readonly params?: Readonly<Record<string, string>> | undefined;
  readonly senderId?: string | undefined;
}

/**
 * A message as 43 characters: SHA-256 in base64url. The same for the same recipient and content, however the number
 * was written and in whatever order the parameters are given; different for different ones.
 *
 * It hides no phone number from somebody who tries them all: keep it where you would keep the number.
 */
export function fingerprintOf(content: FingerprintedContent, to: PhoneNumber): string {
  // UTF-16, since UTF-8 turns every lone surrogate into the same replacement character.
  return hash('sha256', Buffer.from(canonicalForm(content, to), 'utf16le'), 'base64url');
}

/** Each field with its length in front, so that nothing in one can pass for the beginning of the next. */
function canonicalForm({ text, template, params, senderId }: FingerprintedContent, to: PhoneNumber): string {
  let form = `${field('polysms-message-v1')}${field(to.e164)}${field(senderId)}${field(text)}${field(template)}`;
  if (params === undefined) return form;
  // By code units, the same in every locale.
  for (const name of Object.keys(params).sort()) {
    const value = params[name];
    // A parameter that is undefined counts as not passed, as in the template catalogue.
    if (value !== undefined) form += field(name) + field(value);
  }
  return form;
}

function field(value: string | undefined): string {
  return value === undefined ? '-' : `${value.length}:${value}`;
}
