const secretWord =
  /(?:key|secret|token|password|passwd|passphrase|passcode|pwd|pass|pepper|credential|authorization)s?$/;

/** What a name ends in that speaks about a secret and is none: `accessKeyId`, `tokenUrl`, `keyFile`. */
const describingWord =
  /^(?:id|ids|sid|name|names|type|url|uri|endpoint|host|file|path|header|algorithm|version|length|size|count|limit|ttl|ms|seconds)$/;

/** Whether the value of a field with this name has no place in a file: `appKey`, `access_key_secret`, `AUTH_TOKEN`. */
export function looksLikeSecret(field: string): boolean {
  const words = field
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== '');
  return !describingWord.test(words.at(-1) ?? '') && words.some((word) => secretWord.test(word));
}

/** Whether a text is a URL that carries a password: `redis://user:password@host`. */
export function holdsPassword(text: string): boolean {
  return /^[a-z][a-z\d+.-]*:\/\/[^/?#\s]*:[^/?#\s]+@/i.test(text);
}
