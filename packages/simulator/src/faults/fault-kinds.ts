import type { Fault, FaultSchedule } from './faults.js';

/** What `GET /api` says of a kind of fault. */
export interface FaultKind<Kind extends Fault['kind']> {
  readonly what: string;
  /** What each field may be. */
  readonly fields: { readonly [Field in Exclude<keyof (Fault & { kind: Kind }), 'kind'>]-?: string };
  readonly example: Fault & { kind: Kind };
}

const processed = 'true: the vendor acts on the request all the same; default false';
const moments = 'before-reading, after-reading, after-processing or while-answering';
const momentsOfConnections = `on-connect, ${moments}`;
const delayMs = 'milliseconds';

/** Every kind of fault, for people who look for one. */
export const faultKinds: { readonly [Kind in Fault['kind']]: FaultKind<Kind> } = {
  drop: {
    what: 'The connection is closed (FIN) instead of an answer.',
    fields: { when: momentsOfConnections },
    example: { kind: 'drop', when: 'after-reading' },
  },
  reset: {
    what: 'The connection is reset (RST) instead of an answer.',
    fields: { when: momentsOfConnections },
    example: { kind: 'reset', when: 'on-connect' },
  },
  hang: {
    what: 'No answer ever comes; the connection stays open until the caller leaves.',
    fields: { when: moments },
    example: { kind: 'hang', when: 'after-processing' },
  },
  delay: {
    what: 'The vendor acts at once, and answers late.',
    fields: { delayMs },
    example: { kind: 'delay', delayMs: 3_000 },
  },
  http: {
    what: 'Another answer than the vendor’s.',
    fields: {
      httpStatus: 'from 200 to 599',
      body: 'a text; default empty',
      contentType: 'the Content-Type; default none',
      headers: 'further headers, such as { "Retry-After": "3" }; default none',
      processed,
    },
    example: { kind: 'http', httpStatus: 503, headers: { 'Retry-After': '3' } },
  },
  html: {
    what: 'The page of a gateway, in HTML.',
    fields: { httpStatus: 'from 200 to 599; default 502', processed },
    example: { kind: 'html' },
  },
  truncated: {
    what: 'The vendor acts, and half of its body comes.',
    fields: {},
    example: { kind: 'truncated' },
  },
  'content-type': {
    what: 'The vendor’s own answer, under another Content-Type.',
    fields: { contentType: 'left out: no such header' },
    example: { kind: 'content-type', contentType: 'text/html' },
  },
  answer: {
    what: 'One of the vendor’s own answers. Nothing is sent.',
    fields: { name: 'the name of one of its answers; GET /api/vendors lists them' },
    example: { kind: 'answer', name: '' },
  },
  status: {
    what: 'Any number as the status of a vendor whose statuses are numbers. Nothing is sent.',
    fields: { status: 'from 0 to 99999', error: 'the vendor’s words about it; default its own' },
    example: { kind: 'status', status: 999 },
  },
  'rate-limit': {
    what: 'The vendor’s own words for too many requests. Nothing is sent.',
    fields: {},
    example: { kind: 'rate-limit' },
  },
  balance: {
    what: 'The vendor’s own words for no money left. Nothing is sent.',
    fields: {},
    example: { kind: 'balance' },
  },
  'report-lost': {
    what: 'No report of the next message comes.',
    fields: {},
    example: { kind: 'report-lost' },
  },
  'report-late': {
    what: 'The reports of the next message come later.',
    fields: { delayMs },
    example: { kind: 'report-late', delayMs: 30_000 },
  },
  'report-twice': {
    what: 'Each report of the next message comes twice.',
    fields: {},
    example: { kind: 'report-twice' },
  },
  'reports-reversed': {
    what: 'The last report of the next message comes first.',
    fields: {},
    example: { kind: 'reports-reversed' },
  },
  'report-contradicted': {
    what: 'After delivered comes undelivered.',
    fields: {},
    example: { kind: 'report-contradicted' },
  },
};

/** What each field of `when` may be. */
export const scheduleFields: { readonly [Field in keyof FaultSchedule]-?: string } = {
  after: 'how many requests to let pass first; default 0',
  times: 'how many to hit then, or "Infinity"; default 1, with probability "Infinity"',
  probability: 'the share of requests to hit, above 0 and at most 1; default 1',
  endpoint: 'only requests to this endpoint; GET /api/vendors lists them; default all',
};
