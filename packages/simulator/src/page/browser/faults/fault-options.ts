import type { Fault, FaultMoment } from '../../../faults/faults.js';

/** Something that a person can switch on. */
export interface FaultOption {
  readonly kind: Fault['kind'];
  readonly title: string;
  readonly description: string;
  readonly parameter?: FaultParameter;
  /** Whether the vendor acts all the same, of a kind that is there with and without. */
  readonly processed?: boolean;
  /** The fault, by what the person set: a moment, milliseconds, an HTTP status. */
  fault(value: string): Fault;
}

export interface FaultParameter {
  /** The field of the fault that it sets. */
  readonly field: 'when' | 'delayMs' | 'httpStatus';
  readonly label: string;
  readonly initial: string;
  /** Left out: a number. */
  readonly choices?: Readonly<Record<string, string>>;
  readonly min?: number;
  readonly max?: number;
}

export interface FaultGroup {
  readonly title: string;
  readonly onlyIfReporting?: boolean;
  readonly options: readonly FaultOption[];
}

const moments: Readonly<Record<FaultMoment, string>> = {
  'before-reading': 'before reading',
  'after-reading': 'after reading, not sent',
  'after-processing': 'after sending',
  'while-answering': 'half-way in the answer',
};
const momentsOfConnections = { 'on-connect': 'as soon as it connects', ...moments };

const moment = (choices: Readonly<Record<string, string>>): FaultParameter => ({
  field: 'when',
  label: 'When',
  initial: 'after-reading',
  choices,
});
const milliseconds = (initial: string): FaultParameter => ({
  field: 'delayMs',
  label: 'milliseconds',
  initial,
  min: 0,
  max: 86_400_000,
});

export const faultGroups: readonly FaultGroup[] = [
  {
    title: 'Connection',
    options: [
      {
        kind: 'reset',
        title: 'Connection reset',
        description: 'The connection breaks at once, without an answer.',
        parameter: moment(momentsOfConnections),
        fault: (when) => ({ kind: 'reset', when: when as FaultMoment }),
      },
      {
        kind: 'drop',
        title: 'Connection closed',
        description: 'The connection is closed in an orderly way, without an answer.',
        parameter: moment(momentsOfConnections),
        fault: (when) => ({ kind: 'drop', when: when as FaultMoment }),
      },
      {
        kind: 'hang',
        title: 'No answer',
        description: 'The connection stays open, and nothing comes.',
        parameter: moment(moments),
        fault: (when) => ({ kind: 'hang', when: when as FaultMoment }),
      },
      {
        kind: 'delay',
        title: 'Late answer',
        description: 'The vendor acts at once, and answers later.',
        parameter: milliseconds('5000'),
        fault: (delayMs) => ({ kind: 'delay', delayMs: Number(delayMs) }),
      },
    ],
  },
  {
    title: 'Answer',
    options: [
      {
        kind: 'http',
        title: 'HTTP error',
        description: 'An empty answer with this status; the vendor does nothing.',
        parameter: { field: 'httpStatus', label: 'HTTP status', initial: '503', min: 200, max: 599 },
        fault: (status) => ({ kind: 'http', httpStatus: Number(status) }),
      },
      {
        kind: 'http',
        title: 'HTTP error after sending',
        description: 'The message arrives, and the answer is empty with this status.',
        parameter: { field: 'httpStatus', label: 'HTTP status', initial: '504', min: 200, max: 599 },
        processed: true,
        fault: (status) => ({ kind: 'http', httpStatus: Number(status), processed: true }),
      },
      {
        kind: 'html',
        title: 'Page of a gateway',
        description: 'HTML with status 502 instead of an answer.',
        fault: () => ({ kind: 'html' }),
      },
      {
        kind: 'truncated',
        title: 'Half an answer',
        description: 'The vendor acts, and its answer ends half way.',
        fault: () => ({ kind: 'truncated' }),
      },
      {
        kind: 'content-type',
        title: 'Wrong content type',
        description: 'The vendor’s own answer, said to be text/html.',
        fault: () => ({ kind: 'content-type', contentType: 'text/html' }),
      },
    ],
  },
  {
    title: 'Vendor',
    options: [
      {
        kind: 'rate-limit',
        title: 'Too many requests',
        description: 'In the vendor’s own words.',
        fault: () => ({ kind: 'rate-limit' }),
      },
      {
        kind: 'balance',
        title: 'No money left',
        description: 'In the vendor’s own words.',
        fault: () => ({ kind: 'balance' }),
      },
    ],
  },
  {
    title: 'Reports',
    onlyIfReporting: true,
    options: [
      {
        kind: 'report-lost',
        title: 'Lost',
        description: 'No report of the message ever comes.',
        fault: () => ({ kind: 'report-lost' }),
      },
      {
        kind: 'report-late',
        title: 'Late',
        description: 'Reports come so much later.',
        parameter: milliseconds('30000'),
        fault: (delayMs) => ({ kind: 'report-late', delayMs: Number(delayMs) }),
      },
      {
        kind: 'report-twice',
        title: 'Twice',
        description: 'Each report comes twice.',
        fault: () => ({ kind: 'report-twice' }),
      },
      {
        kind: 'reports-reversed',
        title: 'Out of order',
        description: 'The last report comes first.',
        fault: () => ({ kind: 'reports-reversed' }),
      },
      {
        kind: 'report-contradicted',
        title: 'Contradicted',
        description: 'After delivered comes undelivered.',
        fault: () => ({ kind: 'report-contradicted' }),
      },
    ],
  },
];
