/**
 * The URL of a message's reports. Twilio repeats no id of ours anywhere, but it signs the query, so our id stands there.
 * The fragment is not sent: it has Twilio repeat a report up to 5 times after every failure, also after a 5xx, and not only
 * once after a failed connection.
 */
export function withMessageId(reportUrl: string, id: string): string {
  return `${reportUrl}${reportUrl.includes('?') ? '&' : '?'}id=${encodeURIComponent(id)}#rc=5&rp=all`;
}

/** Our id in the query of a report's URL; undefined if there is none. */
export function messageIdIn(url: string): string | undefined {
  const id = new URL(url).searchParams.get('id');
  return id === null || id === '' ? undefined : id;
}
