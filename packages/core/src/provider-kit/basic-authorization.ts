/**
 * The value of an `Authorization` header for HTTP Basic (RFC 7617), in UTF-8. Make it once: it holds the credential.
 *
 * @param user without a colon, which would end it
 */
export function basicAuthorization(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`;
}
