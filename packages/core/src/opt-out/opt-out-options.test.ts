import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { parseOptions } from '../provider-kit/options.js';
import { section, sectionOrFalse } from '../provider-kit/schema-parts.js';
import { noOptOutRule, type OptOutOptions, optOutPepper, optOutSchema, withOptOutDefaults } from './opt-out-options.js';
import { optOutOf } from './opt-out-words.js';

/** As the client reads them. */
const parse = (optOut: unknown) =>
  parseOptions('createSmsClient()', section({ optOut: v.optional(sectionOrFalse(optOutSchema, noOptOutRule)) }), {
    optOut,
  }).optOut;

function messageOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    expect(error).toMatchObject({ code: 'configuration_invalid', outcome: 'not-sent' });
    return (error as Error).message;
  }
  return 'no error';
}

const secret = 's'.repeat(32);

describe('opt-out options', () => {
  it.each<OptOutOptions>([{}, { stopWords: undefined, startWords: undefined, verifications: undefined }])(
    'have defaults: %j',
    (options) => {
      expect(parse(options)).toEqual(options);
      const { words, ...rest } = withOptOutDefaults(options);
      expect(rest).toEqual({ verifications: false, reports: true, pepper: undefined });
      const told = (text: string) => [optOutOf(text, words.elsewhere), optOutOf(text, words.inChina)];
      for (const word of ['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'REVOKE', 'OPTOUT', 'TD', '退订'])
        expect(told(word)).toEqual(['stop', 'stop']);
      for (const word of ['T', 'R', 'QX']) expect(told(word)).toEqual([undefined, 'stop']);
      for (const word of ['START', 'UNSTOP']) expect(told(word)).toEqual(['start', 'start']);
    },
  );

  it('may be false: no opt-outs are kept', () => {
    expect(parse(false)).toBe(false);
  });

  it('may name other words, in the place of all of the defaults', () => {
    const options = {
      stopWords: ['Arrêt', 'STOP'],
      startWords: ['Oui'],
      verifications: true,
      reports: false,
      pepper: secret,
    };
    expect(parse(options)).toEqual(options);
    const { words, ...rest } = withOptOutDefaults(options);
    expect(rest).toEqual({ verifications: true, reports: false, pepper: secret });
    for (const each of [words.elsewhere, words.inChina]) {
      expect(['arret', 'stop', 'T', 'end', 'oui', 'start'].map((text) => optOutOf(text, each))).toEqual([
        'stop',
        'stop',
        undefined,
        undefined,
        'start',
        undefined,
      ]);
    }
  });

  it.each<[string, unknown]>([
    ['optOut: must be an object, or false to keep no opt-outs', true],
    ['optOut: must be an object, or false to keep no opt-outs', ['STOP']],
    ['optOut.stopWords: must be a list of words', { stopWords: 'STOP' }],
    ['optOut.stopWords: must not be empty; leave it out for the defaults', { stopWords: [] }],
    ['optOut.stopWords.1: must be a word', { stopWords: ['STOP', 7] }],
    ['optOut.stopWords.0: must be a word with a letter or digit', { stopWords: ['🛑'] }],
    ['optOut.startWords.0: must be a word with a letter or digit', { startWords: [' '] }],
    ['optOut.startWords: must not be empty', { startWords: [] }],
    ['optOut.startWords: has a word that is a stop word as well', { stopWords: ['Oui'], startWords: ['JA', 'oui!'] }],
    ['optOut.startWords: has a word that is a stop word as well', { startWords: ['Stop'] }],
    ['optOut.startWords: has a word that is a stop word as well', { startWords: ['t'] }],
    ['optOut.startWords: has a word that is a stop word as well', { stopWords: ['Start'] }],
    ['optOut.verifications: must be true or false', { verifications: 'no' }],
    ['optOut.pepper: must have at least 32 characters; make one with: openssl rand -base64 32', { pepper: 'short' }],
    ['optOut.pepper: must be a secret of at least 32 characters; make one with', { pepper: { current: secret } }],
    ['optOut.pepper: must be whole characters', { pepper: `\ud800${secret}` }],
    ['optOut.stopWord: is not an option', { stopWord: ['STOP'] }],
  ])('are refused: %s', (message, options) => {
    const refusal = messageOf(() => parse(options));
    expect(refusal).toContain(`createSmsClient(): ${message.split(': is not')[0]}`);
  });
});

describe('the pepper of opt-outs', () => {
  const pepperOf = (own: string | undefined, previous: string | undefined, isShared = true) =>
    optOutPepper(withOptOutDefaults({ pepper: own }), { current: 'now', previous }, { isShared });

  it('is that of verifications while this stays, and else its own', () => {
    expect(pepperOf(undefined, undefined)).toBe('now');
    expect(pepperOf('own', undefined)).toBe('own');
    expect(pepperOf('own', 'before')).toBe('own');
  });

  it('must be given while that of verifications is replaced: all opt-outs would be lost without a word', () => {
    const message = messageOf(() => pepperOf(undefined, 'before'));
    expect(message).toMatch(/^createSmsClient\(\): optOut\.pepper: is needed while verification\.pepper is replaced: /);
    expect(message).toMatch(/give the old pepper, under which the opt-outs are kept/);
    expect(message).not.toMatch(/before|now/);
  });

  it('must be given for a shared store if there is none of verifications', () => {
    const none = withOptOutDefaults({});
    const message = messageOf(() => optOutPepper(none, undefined, { isShared: true }));
    expect(message).toMatch(/optOut\.pepper: is needed with a shared store of opt-outs/);
    expect(message).toMatch(/verification\.pepper: a secret of at least 32 characters/);
    expect(message).toMatch(/Make one with: openssl rand -base64 32$/);
    expect(optOutPepper(withOptOutDefaults({ pepper: 'own' }), undefined, { isShared: true })).toBe('own');
  });

  it('need not be for a store that forgets them at a restart anyway', () => {
    expect(optOutPepper(withOptOutDefaults({}), undefined, { isShared: false })).toBeUndefined();
    expect(pepperOf(undefined, 'before', false)).toBe('now');
  });
});
