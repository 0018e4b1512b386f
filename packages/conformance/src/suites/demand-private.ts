import { SmsError } from '@polysms/core';
import type { Bench } from '../bench.js';
import { type Confidential, findLeak } from '../confidential.js';
import { reject } from '../demand.js';
import type { Printed } from '../output.js';
import type { Outcome } from '../well-formed.js';

/** A shorter text may stand in a port, a size or a line number by chance. */
export const shortestText = 6;

/** An outcome, and the error that the client throws for it. */
export function formsOf(bench: Bench, outcome: Outcome): readonly unknown[] {
  switch (outcome.outcome) {
    case 'refused':
    case 'not-sent':
    case 'unknown':
      return [outcome, new SmsError({ ...outcome, provider: bench.subject.provider.id })];
    case 'accepted':
    case 'approved':
    case 'incorrect':
    case 'expired':
    case 'exhausted':
      return [outcome];
  }
}

/** What nobody may see of a test: its credentials, phone and texts, and these codes. */
export function confidentialOf(bench: Bench, codes: readonly string[]): readonly Confidential[] {
  const { samples, secrets } = bench.subject;
  const texts = [samples.text?.text ?? '', ...(samples.template?.params ?? []).map(({ value }) => value)];
  const { e164, nationalNumber } = bench.recipient;
  return [
    ...secrets.map((value): Confidential => ({ what: 'a credential', value })),
    ...codes.map((value): Confidential => ({ what: 'the code', value })),
    ...texts.filter((text) => text.length >= shortestText).map((value): Confidential => ({ what: 'the text', value })),
    { what: 'the phone number', value: e164 },
    { what: 'the phone number', value: nationalNumber },
  ];
}

/** Demands that nothing confidential can be reached from the values. */
export function demandPrivate(
  name: string,
  values: readonly unknown[],
  confidential: readonly Confidential[],
  remedy = 'write messages of your own, and copy neither the request nor the whole answer nor an error that holds them into message, providerCode or cause',
): void {
  const leak = values.map((value) => findLeak(value, confidential)).find((found) => found !== undefined);
  if (leak !== undefined) reject(`${name} shows ${leak.what} in its ${leak.where}`, remedy);
}

/** Demands that nothing confidential was printed. */
export function demandSilent(during: string, printed: readonly Printed[], confidential: readonly Confidential[]): void {
  for (const { where, text } of printed) {
    const leak = findLeak(text, confidential);
    if (leak === undefined) continue;
    reject(
      `During ${during}, ${leak.what} was printed to ${where}`,
      'print nothing in a provider, and warn of nothing with the values that a call was given; keep the environment silent too',
    );
  }
}
