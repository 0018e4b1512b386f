import { formatBeijingTime } from '@polysms/core/provider-kit';
import type { PhoneReply, PhoneReport, WebhookAnswer, WebhookTelling, WebhookVerdict } from '@polysms/simulator';
import { receiptCodes } from '../receipts.js';
import type { Account } from './account.js';
import { phoneKey } from './send-sms.js';

/** How every push is made: an array, 700 ms for the answer, and three repetitions. */
function push<What>(rowOf: (what: What) => object): WebhookTelling<What> {
  return {
    via: 'webhook',
    timeoutMs: 700,
    repeatsAfterMs: [60_000, 300_000, 600_000],
    verdictOn,
    write: (what) => ({
      method: 'POST',
      headers: { 'content-type': 'application/json;charset=UTF-8' },
      body: JSON.stringify([rowOf(what)]),
    }),
  };
}

/** SmsReport. */
export function reportPush(account: Account): WebhookTelling<PhoneReport> {
  return push((report) => {
    const { message, at } = report;
    const outId = account.taken.get(message.id)?.outId;
    const code = codeOf(report);
    return {
      phone_number: phoneKey(message.to),
      send_time: formatBeijingTime(message.receivedAt),
      report_time: formatBeijingTime(at),
      success: code === 'DELIVERED',
      err_code: code,
      err_msg: code === 'DELIVERED' ? '用户接收成功' : code,
      sms_size: String(message.segments),
      biz_id: message.reference,
      ...(outId === undefined ? {} : { out_id: outId }),
    };
  });
}

/** SmsUp. */
export function replyPush(): WebhookTelling<PhoneReply> {
  return push(({ id, from, text, at }) => ({
    phone_number: phoneKey(from),
    content: text,
    send_time: formatBeijingTime(at),
    dest_code: '10690123',
    sequence_id: `7000${id}`,
  }));
}

/** The code of a receipt: the one that was asked for, or the first that means the same. */
export function codeOf({ state, reason, providerCode }: PhoneReport): string {
  if (providerCode !== undefined) return providerCode;
  const entries = [...receiptCodes];
  const same = entries.find(([, each]) => each.state === state && (reason === undefined || each.reason === reason));
  return same?.[0] ?? entries.find(([, each]) => each.state === state)?.[0] ?? 'REQUEST_SUCCESS';
}

/** The app has taken it if it says 200, with JSON that has a number as its `code`. */
function verdictOn(answer: WebhookAnswer | null): WebhookVerdict {
  if (answer?.status !== 200) return 'again';
  try {
    const { code }: { code?: unknown } = JSON.parse(answer.body);
    return typeof code === 'number' ? 'taken' : 'again';
  } catch {
    return 'again';
  }
}
