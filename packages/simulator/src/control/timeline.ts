import type { BoxMessage, BoxReply, BoxReport, TellingAttempt, TimelineEntry, WireRequest } from './contract.js';

/** What belongs to one message. */
export interface MessageTraces {
  readonly message: BoxMessage;
  readonly request: WireRequest | undefined;
  readonly reports: readonly BoxReport[];
  readonly replies: readonly BoxReply[];
}

/** What happened to a message, in the order of time. */
export function timelineOf({ message, request, reports, replies }: MessageTraces): readonly TimelineEntry[] {
  const entries = [
    ...(request === undefined ? [] : before(request)),
    arrival(message),
    ...(request === undefined ? [] : after(request, message)),
    ...reports.flatMap(reportEntries),
    ...replies.flatMap(replyEntries),
  ];
  // Stable: what happened at one time stays in the order above.
  return entries.sort((a, b) => a.at - b.at);
}

function before({ method, path, receivedAt }: WireRequest): readonly TimelineEntry[] {
  return [{ at: receivedAt, kind: 'request', text: `The app calls ${method} ${path.split('?', 1)[0]}.` }];
}

function arrival({ receivedAt, failed, segments, encoding }: BoxMessage): TimelineEntry {
  const parts = segments === 1 ? 'one part' : `${segments} parts`;
  const detail = `${parts} in ${encoding}`;
  const text = failed === undefined ? 'The message is on the phone.' : `The phone does not get it: ${failed.state}.`;
  return { at: receivedAt, kind: 'delivered-to-phone', text, detail: failed?.reason ?? detail };
}

function after({ fault, status, answerName, answeredAt }: WireRequest, { receivedAt }: BoxMessage) {
  const at = answeredAt ?? receivedAt;
  const faults: TimelineEntry[] =
    fault === undefined ? [] : [{ at, kind: 'fault', text: `The fault ${fault} hits it.` }];
  if (answeredAt === undefined) return faults;
  const name = answerName === undefined ? '' : `, ${answerName}`;
  const text = status === 'none' ? 'The app gets no answer.' : `The app gets the answer ${status}${name}.`;
  return [...faults, { at, kind: 'answer' as const, text }];
}

function reportEntries(report: BoxReport): readonly TimelineEntry[] {
  const { state, at, status, attempts, problem, reason, fault } = report;
  const hit: TimelineEntry[] = fault === undefined ? [] : [{ at, kind: 'fault', text: `The fault ${fault} hits it.` }];
  if (attempts.length > 0) {
    return [
      ...hit,
      ...attempts.map((attempt) => {
        const detail = attemptDetail(attempt, reason);
        return { at: attempt.at, kind: 'report' as const, text: `The vendor reports ${state}.`, detail };
      }),
    ];
  }
  const text = {
    held: `The report ${state} is held back.`,
    scheduled: `The report ${state} is to come.`,
    lost: `The report ${state} reaches nobody.`,
    taken: `The app has the report ${state}.`,
    refused: `The app has refused the report ${state}.`,
  }[status];
  return [...hit, { at, kind: 'report', text, detail: problem ?? reason }];
}

function replyEntries({ text, at, attempts, problem }: BoxReply): readonly TimelineEntry[] {
  return [
    { at, kind: 'reply', text: `The phone answers: ${text}`, detail: problem },
    ...attempts.map((attempt) => {
      const detail = attemptDetail(attempt, undefined);
      return { at: attempt.at, kind: 'reply' as const, text: 'The vendor hands the answer on.', detail };
    }),
  ];
}

function attemptDetail({ url, status }: TellingAttempt, reason: string | undefined): string {
  const answer =
    url === '' ? 'over the app’s connection' : `${url} ${status === 'none' ? 'gave no answer' : `answered ${status}`}`;
  return reason === undefined ? answer : `${reason}; ${answer}`;
}
