import { distance } from 'fastest-levenshtein';
import { shownName } from '../errors/shown-name.js';

/** Longer names are not worth the time: it grows with the square of their length. */
const longestName = 128;

/** The known name that was probably meant; undefined if none is near. Capitals, dashes and underscores count little. */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  if (name.length > longestName) return undefined;
  const wanted = simplified(name);
  let nearest: string | undefined;
  let least = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of known) {
    const mistakes = mistakesBetween(wanted, simplified(candidate));
    if (mistakes >= least) continue;
    nearest = candidate;
    least = mistakes;
  }
  return nearest;
}

/** `; did you mean deadlineMs?`, to follow what is wrong; nothing if no name is near. */
export function didYouMean(name: string, known: Iterable<string>): string {
  const nearest = nearestName(name, known);
  return nearest === undefined ? '' : `; did you mean ${shownName(nearest)}?`;
}

/** As people think of it: `maxAttempts`, `max-attempts` and `MAX_ATTEMPTS` are one name. */
function simplified(name: string): string {
  return name.toLowerCase().replaceAll(/[-_\s]/g, '');
}

function mistakesBetween(a: string, b: string): number {
  const edits = distance(a, b);
  // Two letters that changed places are two edits, but one slip of the fingers.
  return edits === 2 && sorted(a) === sorted(b) ? 1 : edits;
}

function sorted(text: string): string {
  return [...text].sort().join('');
}
