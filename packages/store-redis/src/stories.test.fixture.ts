import { type DeliveryReport, reportedStates, undeliveredReasons } from '@polysms/core/provider-kit';
import fc from 'fast-check';

/** How the call of a message ends at each provider that it asks. */
interface Ending {
  readonly outcomes: Readonly<Record<string, 'accepted' | 'unknown' | 'not-sent'>>;
  /** Who was asked last. */
  readonly last: 'a' | 'b';
  readonly onUnknown: 'stop' | 'failover';
}

const endings: readonly Ending[] = [
  { outcomes: { a: 'accepted' }, last: 'a', onUnknown: 'stop' },
  { outcomes: { a: 'unknown' }, last: 'a', onUnknown: 'stop' },
  { outcomes: { a: 'not-sent', b: 'accepted' }, last: 'b', onUnknown: 'stop' },
  { outcomes: { a: 'unknown', b: 'accepted' }, last: 'b', onUnknown: 'failover' },
  { outcomes: { a: 'not-sent', b: 'unknown' }, last: 'b', onUnknown: 'stop' },
];

/** One report, and by what it names the message. */
interface Told {
  readonly provider: 'a' | 'b';
  readonly names: 'id' | 'reference' | 'both';
  /** Which of the vendor's two ids. */
  readonly part: 1 | 2;
  readonly hasPhone: boolean;
  readonly report: Omit<DeliveryReport, 'kind' | 'id' | 'reference' | 'to'>;
}

/** What becomes of one message. */
export interface Story extends Ending {
  readonly reports: readonly Told[];
}

/** A report of a story that is told, and to which of two processes. */
export interface Step {
  readonly index: number;
  readonly process: number;
}

/** Reports of a story in some order, some of them again. */
export interface Path {
  /** Before the vendor answers the send. */
  readonly before: readonly Step[];
  /** While the answer is written down. */
  readonly meanwhile: readonly Step[];
  /** When the call is over. */
  readonly after: readonly Step[];
}

/** What a report of a story is, for the message that plays it. */
export function reportOf(told: Told, { id, to, number }: { id: string; to: string; number: number }): DeliveryReport {
  const { provider, names, part, hasPhone, report } = told;
  return {
    kind: 'report',
    ...(names === 'reference' ? {} : { id }),
    ...(names === 'id' ? {} : { reference: `${number}-${provider}-${part}` }),
    ...(hasPhone ? { to } : {}),
    ...report,
  };
}

/** What outweighs what, written down a second time: a phone that has it, one that may get it, and failures. */
const weights = [
  ...['delivered', 'sent', 'queued', 'accepted', 'unknown'],
  ...['undelivered', 'rejected', 'expired', 'not-sent'],
];

/** The state that a story must lead to. A reference means the message only if the vendor's answer gave it. */
export function stateAfter({ outcomes, reports }: Story): string {
  const states = (['a', 'b'] as const).flatMap((provider) => {
    const outcome = outcomes[provider];
    const known = reports.filter((told) => {
      return told.provider === provider && (told.names !== 'reference' || outcome === 'accepted');
    });
    const reported = reportedStates.find((state) => known.some(({ report }) => report.state === state));
    return reported ?? outcome ?? [];
  });
  return weights.find((state) => states.includes(state as never)) ?? 'none';
}

const maybe = <Value>(values: fc.Arbitrary<Value>) => fc.option(values, { nil: undefined });
/** Few values, so that reports are often of the same, with other times. */
const told: fc.Arbitrary<Told> = fc
  .record({
    provider: fc.constantFrom('a', 'b'),
    names: fc.constantFrom('id', 'reference', 'reference', 'both'),
    part: fc.constantFrom(1, 2),
    hasPhone: fc.boolean(),
    state: fc.constantFrom(...reportedStates),
    reason: maybe(fc.constantFrom(...undeliveredReasons.slice(0, 2))),
    providerCode: maybe(fc.constantFrom('1', '2')),
    at: maybe(fc.constantFrom(1, 2, 3)),
  })
  .map(({ provider, names, part, hasPhone, ...fields }) => {
    const report = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
    return { provider, names, part, hasPhone, report: report as unknown as Told['report'] };
  });

/** A subset, in which some come again and again, and then the rest, cut into what comes before, during and after. */
function pathThrough(reports: readonly Told[]): fc.Arbitrary<Path> {
  const numbered = [...reports.keys()];
  return fc
    .record({
      subset: fc.array(fc.constantFrom(...numbered), { maxLength: 24, size: 'max' }),
      rest: fc.shuffledSubarray(numbered, { minLength: reports.length }),
      processes: fc.nat(),
      cuts: fc.tuple(fc.nat(), fc.nat()),
    })
    .map(({ subset, rest, processes, cuts }) => {
      const steps = [...subset, ...rest].map((index, place) => ({ index, process: (processes >> (place % 30)) & 1 }));
      const [first = 0, second = 0] = cuts.map((cut) => cut % (steps.length + 1)).sort((a, b) => a - b);
      return { before: steps.slice(0, first), meanwhile: steps.slice(first, second), after: steps.slice(second) };
    });
}

/** So many stories, each with two paths through it. */
export function stories(count: number) {
  const story = fc
    .record({ ending: fc.constantFrom(...endings), reports: fc.array(told, { minLength: 1, maxLength: 8 }) })
    .chain(({ ending, reports }) =>
      fc.record({
        story: fc.constant<Story>({ ...ending, reports }),
        one: pathThrough(reports),
        other: pathThrough(reports),
      }),
    );
  return fc.array(story, { minLength: count, maxLength: count });
}
