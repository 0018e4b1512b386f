const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium', hourCycle: 'h23' });
const dayAndClock = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium', hourCycle: 'h23' });
const shortDay = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric' });

/** The time of today, the day of anything older. */
export function shortTime(at: number, now = Date.now()): string {
  return isSameDay(at, now) ? clock.format(at) : shortDay.format(at);
}

export function longTime(at: number): string {
  return dayAndClock.format(at);
}

function isSameDay(one: number, other: number): boolean {
  return new Date(one).toDateString() === new Date(other).toDateString();
}
