import { inspect } from 'node:util';
import type { CheckOutcome, SendOutcome } from '../contract/outcomes.js';
import { normaliseCode } from '../phone/typed-text.js';

/**
 * A provider's outcome without the code, which a vendor may repeat in any spelling: outcomes are shown and logged.
 * Returns the same object if nothing in it repeats the code.
 *
 * The reason stays: it is a word of ours, by which circuits judge, and people may type anything for a code.
 */
export function withoutCode<Outcome extends SendOutcome | CheckOutcome>(outcome: Outcome, code: string): Outcome {
  if (!('message' in outcome) || code === '') return outcome;
  const message = masked(outcome.message, code);
  const providerCode = masked(outcome.providerCode, code);
  const isRepeated = message !== outcome.message || providerCode !== outcome.providerCode;
  // What the transport said may repeat it, too.
  if (!isRepeated && !repeats(outcome.cause, code)) return outcome;
  return { ...outcome, message, providerCode, cause: undefined };
}

/** Providers in JavaScript may give a number where a text belongs. */
function masked<Text extends string | undefined>(text: Text, code: string): Text | string {
  if (text === undefined || text === null) return text;
  const shown = maskCode(String(text), code);
  return shown === String(text) ? text : shown;
}

function repeats(cause: unknown, code: string): boolean {
  if (cause === undefined) return false;
  try {
    // Lines and columns of a stack are numbers, too.
    const shown = inspect(cause, { depth: 5, customInspect: false }).replaceAll(/^ +at .*$/gm, '');
    return maskCode(shown, code) !== shown;
  } catch {
    return true;
  }
}

/** Signs that may stand between two characters of a code: `1 - 8 - 4`. */
const longestGap = 3;

/**
 * How characters may be spelt, also twice. Each is looked for by itself, since one hides another: in `code=184130` the
 * `=18` spells nothing, nor does the `%18` of `100%184130`.
 */
const spellings: readonly RegExp[] = [
  /./gsu,
  // As in URLs, JSON, JavaScript and HTML.
  /(?:%(?:25)*[0-9a-f]{2})+|\\{1,4}(?:u\{[0-9a-f]{1,6}\}|u[0-9a-f]{4}|x[0-9a-f]{2})|&(?:amp;)*#(?:x[0-9a-f]{1,6}|\d{1,7});?|&[a-z]{2,6};|./gisu,
  // Quoted-printable.
  /(?:=[0-9a-f]{2})+|./gisu,
];

/** A letter or digit of a text, and where it is written. */
interface Sign {
  readonly character: string;
  readonly start: number;
  readonly end: number;
  /** How many other characters stand between it and the one before. */
  readonly gap: number;
}

/** Longer texts are cut: nobody reads them, and searching them would take long. */
const longestText = 10_000;
/** Longer than any spelling of a code, so that none is cut in two and half of it shown. */
const overlap = 1_000;

/** A text with stars for a code, however it is spelt: `184-130`, `184 130`, full-width, percent-encoded. */
export function maskCode(text: string, code: string): string {
  const wanted = signsIn(code, /./gsu).map(({ character }) => character);
  if (wanted.length === 0) return text;
  const searched = text.slice(0, longestText + overlap);
  const masked = spellings.reduce((each, spelling) => maskIn(each, spelling, wanted), searched);
  return text.length <= longestText ? masked : `${masked.slice(0, longestText)}…`;
}

function maskIn(text: string, token: RegExp, wanted: readonly string[]): string {
  const signs = signsIn(text, token);
  let masked = '';
  let written = 0;
  for (let index = 0; index + wanted.length <= signs.length; index += 1) {
    const isCode = wanted.every((character, position) => {
      const sign = signs[index + position];
      return sign?.character === character && (position === 0 || sign.gap <= longestGap);
    });
    const [first, last] = [signs[index], signs[index + wanted.length - 1]];
    if (!isCode || first === undefined || last === undefined || first.start < written) continue;
    masked += `${text.slice(written, first.start)}***`;
    written = last.end;
    index += wanted.length - 1;
  }
  return masked + text.slice(written);
}

function signsIn(text: string, token: RegExp): readonly Sign[] {
  const signs: Sign[] = [];
  let gap = 0;
  for (const { 0: written, index: start } of text.matchAll(token)) {
    const end = start + written.length;
    for (const each of written.length === 1 ? written : decoded(written)) {
      const meant = /^[0-9a-z]$/.test(each) ? each : (normaliseCode(each) ?? '').toLowerCase();
      const characters = meant.match(/[\p{L}\p{N}]/gu) ?? [];
      if (characters.length === 0) gap += 1;
      for (const character of characters) {
        signs.push({ character, start, end, gap });
        gap = 0;
      }
    }
  }
  return signs;
}

/** What a token spells; itself if it spells nothing. */
function decoded(token: string): string {
  if (/^[%=]/.test(token)) {
    const bytes = token.replaceAll(/%(?:25)*|=/gi, '').match(/../g) ?? [];
    return Buffer.from(bytes.join(''), 'hex').toString();
  }
  const hex = /(?:u\{?|x)([0-9a-f]+)/i.exec(token)?.[1];
  const decimal = /#(\d+)/.exec(token)?.[1];
  if (hex === undefined && decimal === undefined) return /^&[a-z]/i.test(token) ? ' ' : token;
  const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
  return point <= 0x10_ffff ? String.fromCodePoint(point) : ' ';
}
