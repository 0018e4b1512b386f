import * as v from 'valibot';
import { configurationInvalid } from '../provider-kit/options.js';
import { pathTo, secret, section } from '../provider-kit/schema-parts.js';
import { chineseStopWords, type OptOutWords, optOutWords, startWords, stopWords, wordOf } from './opt-out-words.js';

/** What a client does about people who want no messages. */
export interface OptOutOptions {
  /**
   * The words by which a person opts out, alone in a message, whatever the case, accents and punctuation. In the place of
   * all of the defaults: STOP, STOPALL, UNSUBSCRIBE, CANCEL, END, QUIT, REVOKE, OPTOUT, TD, T退订, 退订, 退訂, and from
   * Chinese numbers T, R and QX.
   */
  readonly stopWords?: readonly string[] | undefined;
  /** The words by which a person opts in again, in the place of all of the defaults: START, UNSTOP. */
  readonly startWords?: readonly string[] | undefined;
  /** Whether verifications are kept from who opted out as well. Default false: the person has asked for the code. */
  readonly verifications?: boolean | undefined;
  /**
   * Whether a delivery report counts as STOP that says `opted_out`. Default true. With false only what people write to
   * you counts: for a vendor whose own list is changed by hand.
   */
  readonly reports?: boolean | undefined;
  /**
   * A secret of at least 32 characters under which opt-outs are kept. It is **never replaced**: under another one no
   * opt-out is found. Default: `verification.pepper`, until that is to be replaced.
   */
  readonly pepper?: string | undefined;
}

const listRule = 'must be a list of words';

const words = v.optional(
  v.pipe(
    v.array(
      v.pipe(
        v.string('must be a word'),
        v.check((word) => wordOf(word) !== '', 'must be a word with a letter or digit'),
      ),
      listRule,
    ),
    v.nonEmpty('must not be empty; leave it out for the defaults'),
  ),
);

/** The options that are no secret. */
export const optOutEntries = {
  stopWords: words,
  startWords: words,
  verifications: v.optional(v.boolean('must be true or false')),
  reports: v.optional(v.boolean('must be true or false')),
};

type Words = {
  readonly stopWords?: readonly string[] | undefined;
  readonly startWords?: readonly string[] | undefined;
};

/** No word may mean both, the defaults included. */
export const noWordTwice = <Options extends Words>() =>
  v.rawCheck<Options>(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { stop, start } = wordsOf(dataset.value).inChina;
    if (![...start].some((word) => stop.has(word))) return;
    addIssue({
      message: 'has a word that is a stop word as well; keep it in one of the two lists',
      path: pathTo(dataset.value, 'startWords'),
    });
  });

/** Checks {@link OptOutOptions}; a part of the schema of the client's options. */
export const optOutSchema = v.pipe(
  section({
    ...optOutEntries,
    pepper: v.optional(secret('must be a secret of at least 32 characters')),
  }),
  noWordTwice(),
);

export const noOptOutRule = 'must be an object, or false to keep no opt-outs';

/** Opt-out options with their defaults. */
export type ParsedOptOutOptions = ReturnType<typeof withOptOutDefaults>;

/** Fills the defaults in; the options have been checked. */
export function withOptOutDefaults(options: OptOutOptions) {
  const { verifications = false, reports = true, pepper } = options;
  return { words: wordsOf(options), verifications, reports, pepper };
}

function wordsOf(given: Words): { readonly inChina: OptOutWords; readonly elsewhere: OptOutWords } {
  const start = given.startWords ?? startWords;
  return {
    inChina: optOutWords(given.stopWords ?? [...stopWords, ...chineseStopWords], start),
    elsewhere: optOutWords(given.stopWords ?? stopWords, start),
  };
}

/**
 * The secret under which opt-outs are kept; undefined if there is none, which is enough for a store in memory.
 *
 * @param pepper that of verifications, which may be being replaced: then opt-outs need to be told which of the two is
 * theirs, or all of them would be lost without a word
 * @throws SmsError `configuration_invalid`
 */
export function optOutPepper(
  { pepper: own }: ParsedOptOutOptions,
  pepper: { readonly current: string; readonly previous: string | undefined } | undefined,
  { isShared }: { readonly isShared: boolean },
): string | undefined {
  if (own !== undefined || !isShared) return own ?? pepper?.current;
  if (pepper === undefined) {
    throw configurationInvalid(
      'createSmsClient(): optOut.pepper: is needed with a shared store of opt-outs, if there is no ' +
        'verification.pepper: a secret of at least 32 characters, the same for all processes, never to be replaced. ' +
        'Make one with: openssl rand -base64 32',
    );
  }
  if (pepper.previous === undefined) return pepper.current;
  throw configurationInvalid(
    'createSmsClient(): optOut.pepper: is needed while verification.pepper is replaced: give the old pepper, under ' +
      'which the opt-outs are kept, and keep it for good. Under another one no opt-out is found.',
  );
}
