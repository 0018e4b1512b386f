import { longTime, shortTime } from './times.js';

export function Time({ at }: { at: number }) {
  return (
    <time dateTime={new Date(at).toISOString()} title={longTime(at)}>
      {shortTime(at)}
    </time>
  );
}
