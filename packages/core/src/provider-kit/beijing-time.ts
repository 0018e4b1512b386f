/** China has one zone and has had no summer time since 1991. */
const aheadOfUtcMs = 8 * 60 * 60_000;

/** The day in Beijing, `20250102`. Vendors in China count days and quotas so, without saying it. @param at since 1970, in ms */
export function dayInBeijing(at: number): string {
  return formatBeijingTime(at).slice(0, 10).replaceAll('-', '');
}

/** A moment as a clock in Beijing shows it, `2025-01-02 11:04:05`: how vendors in China write times, without a zone. */
export function formatBeijingTime(at: number): string {
  return new Date(at + aheadOfUtcMs).toISOString().slice(0, 19).replace('T', ' ');
}

/** Milliseconds since 1970 of a time that {@link formatBeijingTime} could have written; undefined for anything else. */
export function parseBeijingTime(written: unknown): number | undefined {
  if (typeof written !== 'string' || !/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/.test(written)) return undefined;
  const at = Date.parse(`${written.replace(' ', 'T')}+08:00`);
  // `2025-02-30` is taken for the 2nd of March, and is no day.
  return Number.isNaN(at) || formatBeijingTime(at) !== written ? undefined : at;
}
