import type { Box } from '../box.js';
import type { ReportsPage } from './contract.js';
import { type ControlEndpoint, problem } from './endpoint.js';
import { eventStream } from './event-stream.js';
import { limited, parseQuery, requestsQuery } from './queries.js';

const done = { ok: true };

/** Sets what is set already: the example of a line that a person may run. */
function settingsExample({ vendors }: Box) {
  for (const { dialect, open } of vendors) {
    const settings = open.settings?.read();
    const [named] = Object.entries(settings ?? {}).filter(([, value]) => typeof value === 'number');
    if (named === undefined) continue;
    return { path: `/api/vendors/${dialect.vendor}/settings`, body: Object.fromEntries([named]) };
  }
  return undefined;
}

function callExample({ vendors }: Box) {
  for (const { dialect, open } of vendors) {
    const [named] = Object.entries(open.calls ?? {});
    if (named === undefined) continue;
    const [name, { example }] = named;
    return { path: `/api/vendors/${dialect.vendor}/calls/${name}`, body: example };
  }
  return undefined;
}

/** Everything but messages: vendors, reports, faults, the wire. */
export const boxEndpoints: readonly ControlEndpoint[] = [
  {
    method: 'GET',
    path: '/api/vendors',
    what: 'The vendors in the box: their addresses, answers, settings, and a line for each vendor’s own SDK.',
    answer: ({ box }) => box.vendors.map((vendor) => vendor.shown()),
  },
  {
    method: 'POST',
    path: '/api/vendors/:vendor/settings',
    body: 'the settings to change; GET /api/vendors shows them all',
    what: 'Changes how a vendor’s console is set up, at once. Answers with the vendor.',
    exampleIn: settingsExample,
    answer: ({ box, param, body }) => box.configure(param('vendor'), body),
  },
  {
    method: 'POST',
    path: '/api/vendors/:vendor/calls/:name',
    body: 'what the call takes; GET /api/vendors shows an example',
    what: 'Makes happen what only this vendor has; GET /api/vendors names its calls.',
    exampleIn: callExample,
    answer: ({ box, param, body }) => box.call(param('vendor'), param('name'), body) ?? done,
  },
  {
    method: 'GET',
    path: '/api/reports',
    what: 'What apps are told of their messages, oldest first, and how reports come.',
    answer: ({ box }): ReportsPage => ({ settings: box.reports.settings, reports: box.reports.entries }),
  },
  {
    method: 'POST',
    path: '/api/reports/settings',
    body: 'mode: automatic or held; delayMs; reportsTo: the app’s webhook, to which /<vendor> is added, or one for each vendor',
    what: 'Changes how reports come from now on.',
    exampleBody: { mode: 'held' },
    answer: ({ box, body }) => box.reports.configure(body),
  },
  {
    method: 'POST',
    path: '/api/reports/release',
    what: 'Tells the app now all that is held back.',
    answer: ({ box }) => box.reports.releaseAll(),
  },
  {
    method: 'POST',
    path: '/api/reports/:id/release',
    what: 'Tells the app now what is held back, or comes later.',
    example: '/api/reports/1/release',
    answer: async ({ box, param }) =>
      (await box.reports.release(param('id'))) ??
      problem(404, 'There is no report with this id, or its message is forgotten.'),
  },
  {
    method: 'GET',
    path: '/api/faults',
    what: 'The faults that may still hit, in their order.',
    answer: ({ box }) => box.faults.list(),
  },
  {
    method: 'POST',
    path: '/api/faults',
    body:
      'fault: one of the `faults` below, with its kind and its fields; vendor?: default all; when?: an object with any of ' +
      'the fields of `when` below',
    what: 'Makes something go wrong, by default with the next request.',
    exampleBody: { fault: { kind: 'http', httpStatus: 503 }, when: { times: 2 } },
    answer: ({ box, body }) => box.fail(body),
  },
  {
    method: 'DELETE',
    path: '/api/faults/:id',
    what: 'Switches a fault off.',
    example: '/api/faults/1',
    answer: ({ box, param }) =>
      box.faults.remove(param('id')) ? done : problem(404, 'There is no fault with this id.'),
  },
  {
    method: 'DELETE',
    path: '/api/faults',
    what: 'Switches all faults off.',
    answer: ({ box }) => {
      box.faults.clear();
      return done;
    },
  },
  {
    method: 'GET',
    path: '/api/requests',
    query: 'vendor; after: only those after this id; limit: with `after` the first so many, else the newest',
    what: 'What came to vendors as it was on the wire, oldest first, credentials included.',
    answer: ({ box, query }) => {
      const wanted = parseQuery(requestsQuery, query);
      const { vendor = undefined } = wanted;
      const all = box.requests.after(wanted.after);
      return limited(vendor === undefined ? all : all.filter((request) => request.vendor === vendor), wanted);
    },
  },
  {
    method: 'GET',
    path: '/api/certificate',
    what: 'The certificate of the vendors’ ports in PEM, for a client’s list of authorities.',
    answer: ({ certificate }) =>
      certificate === undefined
        ? problem(404, 'There is no certificate without TLS.')
        : new Response(certificate, { headers: { 'Content-Type': 'application/x-pem-file' } }),
  },
  {
    method: 'POST',
    path: '/api/reset',
    what: 'Back to the start: messages, reports, faults, settings, counts and the seed.',
    answer: ({ box }) => {
      box.reset();
      return done;
    },
  },
  {
    method: 'GET',
    path: '/api/events',
    what: 'Server-sent events: message, reply, report, request, fault, settings, reset. Last-Event-ID resumes.',
    answer: ({ box, headers, signal }) =>
      eventStream(box.events, { lastEventId: headers.get('last-event-id') ?? undefined, signal }),
  },
];
