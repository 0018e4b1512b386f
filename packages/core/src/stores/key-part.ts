import { createHash } from 'node:crypto';

const plain = /^[A-Za-z0-9:._+-]{1,128}$/;

/**
 * Any text as a part of a key of a store: as it is if it is short and plain, otherwise as a hash, which `~` tells apart.
 * It stays the same from version to version: what is stored must be found again.
 */
export function keyPart(text: string): string {
  return plain.test(text) ? text : `~${keyHash(text)}`;
}

/**
 * Any text as a part of a key that does not show it: SHA-256 in base64url. Of UTF-16, since UTF-8 cannot tell one lone
 * surrogate from another. It stays the same from version to version.
 */
export function keyHash(text: string): string {
  return createHash('sha256').update(text, 'utf16le').digest('base64url');
}
