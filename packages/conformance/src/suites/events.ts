import type { EventSink, ProviderEvent } from '@polysms/core/provider-kit';
import type { Bench } from '../bench.js';
import { closeProvider } from '../closing.js';
import { demand, demandEqual } from '../demand.js';
import { openResources, resourcesGone } from '../open-resources.js';
import type { EventsSubject } from '../reporting-subjects.js';
import { demandSameEvent } from '../same-event.js';
import { sampleInbound, sampleReport } from '../sample-events.js';
import { inTime, patienceMs, settled } from '../settle.js';
import type { Suite } from '../suite.js';
import { turnEventLoop } from '../turns.js';

/** Turns of the event loop in which an answer that comes too early has come. */
const turnsOfAnAnswer = 20;

/** What the vendor tells over a connection of the provider: it is told that an event has arrived when it is stored. */
export const eventsSuite: Suite = ({ capabilities, differences, test }) => {
  if (capabilities.events !== true) {
    test('declares that the vendor has no connection to talk on: events is null', async ({ subject }) => {
      demandEqual(
        subject.provider.events,
        null,
        "The provider's events is not null",
        'set it to null, or declare capabilities.events true',
      );
    });
    return;
  }

  test('gives a report with its fields, and tells the vendor that it has arrived', async (bench) => {
    for (const state of ['delivered', 'undelivered'] as const) {
      await demandGiven(bench, sampleReport(bench, eventsSubjectOf(bench), state));
    }
  });

  const { noInbound } = differences;
  if (noInbound === undefined) {
    test('gives what a person writes', (bench) => demandGiven(bench, sampleInbound(bench, eventsSubjectOf(bench))));
  }

  test('tells the vendor that an event has arrived only when the sink has resolved', async (bench) => {
    let store = () => {};
    const stored = new Promise<void>((resolve) => {
      store = resolve;
    });
    const told = listen(bench, () => stored);
    let answer: string | undefined;
    const delivery = deliver(bench, sampleReport(bench, eventsSubjectOf(bench))).then((end) => {
      answer = end;
    });
    await told.first();
    await turnEventLoop(turnsOfAnAnswer);
    demand(
      answer === undefined,
      `The vendor was told ${answer === 'refused' ? 'that an event was refused' : 'that an event has arrived'} before the sink had resolved`,
      'await the sink, and only then answer the vendor: if the process dies meanwhile, the vendor must repeat the event',
    );
    store();
    await delivery;
    demandEqual(
      answer,
      'taken',
      'The vendor was not told that an event has arrived',
      'answer it when the sink has resolved',
    );
    told.stop();
  });

  for (const [what, fail] of [
    ['rejects', () => Promise.reject(new Error('The store is down.'))],
    [
      'throws',
      () => {
        throw new Error('The store is down.');
      },
    ],
  ] as const) {
    test(`has an event repeated whose sink ${what}`, async (bench) => {
      let isDown = true;
      const told = listen(bench, () => (isDown ? fail() : Promise.resolve()));
      const report = sampleReport(bench, eventsSubjectOf(bench));
      demandEqual(
        await deliver(bench, report),
        'refused',
        `The vendor was told that an event has arrived whose sink ${what}`,
        'tell the vendor to come again, or tell it nothing, when the sink rejects',
      );
      isDown = false;
      await eventsSubjectOf(bench).repeat();
      await told.count(2);
      demandSameEvent('The sink, told again,', told.events.at(-1) ?? report, report);
      told.stop();
    });
  }

  test('goes on after something that nobody can read', async (bench) => {
    const told = listen(bench);
    await eventsSubjectOf(bench).deliverGarbage();
    const report = sampleReport(bench, eventsSubjectOf(bench));
    const answer = await deliver(bench, report);
    demandEqual(
      answer === 'taken' && told.events.some((event) => event.kind === 'report'),
      true,
      'An event that came after something unreadable was lost',
      'catch what goes wrong in reading one event, answer it so that it does not come for ever, and read the next',
    );
    told.stop();
  });

  test('tells nobody any more when what listen() returned is disposed of, once or twice', async (bench) => {
    const told = listen(bench);
    await demandTaken(bench);
    told.stop();
    told.stop();
    const before = told.events.length;
    // Nobody may be left to answer, so the answer is not waited for.
    void eventsSubjectOf(bench)
      .deliver(sampleReport(bench, eventsSubjectOf(bench)))
      .catch(() => {});
    await turnEventLoop(turnsOfAnAnswer);
    demandEqual(
      told.events.length,
      before,
      'The sink was told an event after its listener had been disposed of',
      'end the connection, or stop reading from it, in [Symbol.dispose]()',
    );
  });

  test('listens again after it has been disposed of', async (bench) => {
    listen(bench).stop();
    await demandGiven(bench, sampleReport(bench, eventsSubjectOf(bench)));
  });

  test('leaves no timer and no connection open when it is closed', async (bench) => {
    const before = openResources();
    listen(bench);
    await demandTaken(bench);
    await closeProvider(bench);
    const left = await resourcesGone(before, patienceMs);
    demand(
      left === undefined,
      `After close() there is still open: ${left}`,
      'end the connections of listeners in close()',
    );
  });
};

/** Listens, and remembers what it was told. */
function listen(bench: Bench, sink: EventSink = async () => {}) {
  const { events: source } = bench.subject.provider;
  demand(
    source !== null && source !== undefined,
    'The provider has no events',
    'implement listen(), or declare capabilities.events false',
  );
  const events: ProviderEvent[] = [];
  const listener = source.listen((event) => {
    events.push(event);
    return sink(event);
  });
  const count = async (wanted: number) => {
    let isLate = false;
    const end = await inTime(async () => {
      while (events.length < wanted && !isLate) await turnEventLoop();
    }, patienceMs);
    isLate = end.status === 'late';
    demand(
      !isLate,
      'The sink was not told an event',
      'connect in listen(), tell the sink every event, and again what it has rejected',
    );
  };
  return { events, count, first: () => count(1), stop: () => listener[Symbol.dispose]() };
}

async function demandGiven(bench: Bench, event: ProviderEvent): Promise<void> {
  const told = listen(bench);
  const answer = await deliver(bench, event);
  demandEqual(
    answer,
    'taken',
    'The vendor was not told that an event has arrived',
    'answer it when the sink has resolved',
  );
  const [given] = told.events;
  demand(given !== undefined, 'The sink was not told an event', 'tell the sink before you answer the vendor');
  demandSameEvent('The provider', given, event);
  told.stop();
}

async function demandTaken(bench: Bench): Promise<void> {
  const answer = await deliver(bench, sampleReport(bench, eventsSubjectOf(bench)));
  demandEqual(
    answer,
    'taken',
    'The vendor was not told that an event has arrived',
    'answer it when the sink has resolved',
  );
}

function deliver(bench: Bench, event: ProviderEvent): Promise<'taken' | 'refused'> {
  return settled('The delivery of an event', () => eventsSubjectOf(bench).deliver(event));
}

function eventsSubjectOf({ subject }: Bench): EventsSubject {
  demand(
    subject.events !== undefined,
    'The subject has no events',
    'let the environment tell events as the vendor does, or leave the capability events out',
  );
  return subject.events;
}
