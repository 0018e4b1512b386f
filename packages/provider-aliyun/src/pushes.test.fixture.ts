import { formatBeijingTime, type ProviderEvent, type WebhookRequest } from '@polysms/core/provider-kit';

const address = 'https://app.example/sms/aliyun';

/** What Alibaba Cloud pushes to an address with this secret. */
export function pushOf(secret: string | undefined, body: Uint8Array | string): WebhookRequest {
  const url = secret === undefined ? address : `${address}?${new URLSearchParams({ token: secret })}`;
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  return { method: 'POST', url, headers: new Headers({ 'content-type': 'application/json' }), body: bytes };
}

/** The same push with another secret in its URL; undefined: with none. */
export function withToken({ body }: WebhookRequest, secret: string | undefined): WebhookRequest {
  return pushOf(secret, body);
}

/** Events as an array of rows. */
export function pushedBody(events: readonly ProviderEvent[]): string {
  return JSON.stringify(
    events.map((event) => {
      const at = formatBeijingTime(event.at ?? 0);
      if (event.kind === 'inbound') {
        const { from, text, to, reference } = event;
        return { phone_number: from.slice(3), content: text, send_time: at, dest_code: to, sequence_id: reference };
      }
      const success = event.state === 'delivered';
      return {
        phone_number: event.to?.slice(3),
        send_time: at,
        report_time: at,
        success,
        err_code: success ? 'DELIVERED' : 'MOBILE_NOT_ON_SERVICE',
        sms_size: '1',
        biz_id: event.reference,
        out_id: event.id,
      };
    }),
  );
}
