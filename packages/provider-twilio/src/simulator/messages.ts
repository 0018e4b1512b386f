/** A message, as Twilio keeps it. */
export interface StoredMessage {
  readonly sid: string;
  readonly accountSid: string;
  readonly to: string;
  readonly sender: string;
  readonly service: string | null;
  readonly body: string;
  readonly segments: number;
  readonly createdAt: number;
  /** The fields of the request. */
  readonly fields: ReadonlyMap<string, string>;
  status: string;
  errorCode: number | null;
  sentAt: number | null;
}

/** A message as the API shows it. With a service its sender and its segments are known once it is sent. */
export function resourceOf(message: StoredMessage): object {
  const { sid, accountSid, to, sender, service, body, segments, createdAt, status, errorCode, sentAt } = message;
  const isChosen = service === null || status !== 'accepted';
  const uri = `/2010-04-01/Accounts/${accountSid}/Messages/${sid}`;
  return {
    account_sid: accountSid,
    api_version: '2010-04-01',
    body,
    date_created: rfc2822(createdAt),
    date_sent: sentAt === null ? null : rfc2822(sentAt),
    date_updated: rfc2822(sentAt ?? createdAt),
    direction: 'outbound-api',
    error_code: errorCode,
    error_message: null,
    from: isChosen ? sender : null,
    messaging_service_sid: service,
    num_media: '0',
    num_segments: isChosen ? String(segments) : '0',
    price: null,
    price_unit: 'USD',
    sid,
    status,
    subresource_uris: { media: `${uri}/Media.json` },
    to,
    uri: `${uri}.json`,
  };
}

/** What a template says with its variables; undefined if they are no JSON object of texts that are not empty. */
export function rendered(template: string, variables: string | undefined): string | undefined {
  let values: unknown = {};
  try {
    values = variables === undefined ? {} : JSON.parse(variables);
  } catch {
    return undefined;
  }
  if (typeof values !== 'object' || values === null || Array.isArray(values)) return undefined;
  const entries = Object.entries(values);
  if (entries.some(([, value]) => typeof value !== 'string' || value === '')) return undefined;
  return template.replace(/\{\{([^{}\s]+)\}\}/g, (whole, name: string) => {
    return entries.find(([each]) => each === name)?.[1] ?? whole;
  });
}

/** The filters of the list: `To`, `From`, `DateSent`, `DateSent<` and `DateSent>`. Others are ignored. */
export function isListed(message: StoredMessage, query: URLSearchParams): boolean {
  const { to, sender, sentAt } = message;
  const is = (name: string, test: (value: string) => boolean) => !query.has(name) || test(query.get(name) ?? '');
  const sentDay = sentAt === null ? '' : new Date(sentAt).toISOString().slice(0, 10);
  return (
    is('To', (value) => value === to) &&
    is('From', (value) => value === sender) &&
    is('DateSent', (value) => value.slice(0, 10) === sentDay) &&
    is('DateSent<', (value) => sentAt !== null && sentAt <= Date.parse(value)) &&
    is('DateSent>', (value) => sentAt !== null && sentAt >= Date.parse(value))
  );
}

function rfc2822(at: number): string {
  return new Date(at).toUTCString().replace('GMT', '+0000');
}
