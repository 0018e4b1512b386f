/**
 * What is wrong with the base URL of a vendor's API; undefined if nothing is.
 *
 * Requests carry credentials, so they go over TLS; `http:` is for servers on this machine (tests, simulators)
 * unless the caller allows it elsewhere.
 */
export function baseUrlProblem(baseUrl: string, allowPlainHttp = false): string | undefined {
  if (!URL.canParse(baseUrl)) return 'must be a URL, such as https://api.example.com';
  const url = new URL(baseUrl);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must start with https://';
  if (url.username !== '' || url.password !== '') return 'must not contain a user name or password';
  if (url.search !== '' || url.hash !== '') return 'must not contain a query or a fragment';
  if (url.protocol === 'http:' && !allowPlainHttp && !isLoopback(url.hostname)) {
    return 'must start with https://, since requests carry credentials; set allowPlainHttp to override';
  }
  return undefined;
}

/** Whether a host, as the URL parser writes it, is this machine. */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    // The URL parser has already brought other spellings of an IPv4 address to four decimal numbers.
    /^127\.\d+\.\d+\.\d+$/.test(hostname)
  );
}
