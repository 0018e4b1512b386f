import {
  codeIn,
  countIn,
  dayInBeijing,
  type JsonObject,
  jsonObject,
  type MessageFound,
  type MessageLookup,
  objectsIn,
  parseBeijingTime,
  unknown,
} from '@polysms/core/provider-kit';
import { readAnswer } from './answers.js';
import type { Call } from './api.js';
import { type Receipt, receiptOf } from './receipts.js';
import { pageSize, querySendDetails } from './requests.js';

/** How long Alibaba Cloud takes to list what it has taken is not documented: absence proves nothing, however late. */
const visibleAfterMs = 10_000;

/** So near to midnight either clock may be in the next day already. */
const aroundMidnightMs = 10 * 60_000;

/** Asks with QuerySendDetails, which lists what a phone was sent on one day in Beijing, and cannot be asked for an OutId. */
export function aliyunLookup(call: Call, now: () => number): MessageLookup {
  return {
    visibleAfterMs,
    absenceProves: false,
    async find({ id, to, sentFrom, sentUntil }, context) {
      for (const day of daysBetween(sentFrom - aroundMidnightMs, sentUntil + aroundMidnightMs)) {
        for (let page = 1, isLast = false; !isLast; page += 1) {
          const http = await call(querySendDetails(to, day, page), context);
          const read = readAnswer(http, to, (fields) => pageOf(fields, page));
          if (read.outcome !== 'page') return read;
          const row = read.rows.find((each) => each['OutId'] === id);
          if (row !== undefined) return foundOf(row);
          isLast = read.isLast;
        }
      }
      return { outcome: now() < sentUntil + visibleAfterMs ? 'inconclusive' : 'absent' };
    },
  };
}

function daysBetween(from: number, until: number): ReadonlySet<string> {
  const days = new Set<string>();
  for (let at = from; at < until; at += 24 * 60 * 60_000) days.add(dayInBeijing(at));
  return days.add(dayInBeijing(until));
}

/** The list is one level deeper than its name says. `TotalCount` is a number, or one in a string. */
function pageOf(fields: JsonObject, page: number) {
  const total = countIn(fields, 'TotalCount');
  const list = objectsIn(jsonObject(fields['SmsSendDetailDTOs']) ?? {}, 'SmsSendDetailDTO');
  if (list === undefined && total !== 0) return unknown('invalid_response', 'The answer is no list.');
  const rows = list ?? [];
  const isLast = rows.length === 0 || (total === undefined ? rows.length < pageSize : page * pageSize >= total);
  return { outcome: 'page', rows, isLast } as const;
}

function foundOf(row: JsonObject): MessageFound {
  const code = codeIn(row, 'ErrCode');
  const receipt = receiptBy(countIn(row, 'SendStatus'), code);
  const at = receipt?.state === 'queued' ? undefined : parseBeijingTime(row['ReceiveDate']);
  return { outcome: 'found', ...receipt, ...(code && { providerCode: code }), ...(at && { at }) };
}

/** 1: no receipt yet. 2: it failed. 3: it was delivered. */
function receiptBy(status: number | undefined, code: string | undefined): Receipt | undefined {
  if (status === 1) return { state: code === 'REQUEST_SUCCESS' ? 'sent' : 'queued' };
  return status === 2 || status === 3 ? receiptOf(status === 3, code) : undefined;
}
