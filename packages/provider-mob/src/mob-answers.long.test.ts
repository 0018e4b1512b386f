import { describe, expect, it } from 'vitest';
import { answers, appKey, type Operation, operations } from './mob.test.fixture.js';
import { checkStatuses, customStatuses, sendStatuses, summary } from './mob-statuses.test.fixture.js';

const isLong = process.env['POLYSMS_TEST_SUITE'] === 'long';
/** Of the numbers that Mob does not use, the short suite tries every tenth. */
const step = isLong ? 1 : 10;

describe.each<[Operation, Record<number, string>]>([
  ['sendmsg', sendStatuses],
  ['checkcode', checkStatuses],
  ['verify', checkStatuses],
  ['custom/msg', customStatuses],
])('every status of %s, through the wire', (operation, table) => {
  it.each(Object.entries(table))('%s is %s', async (status, expected) => {
    answers(`{"status":${status},"error":"words that may repeat ${appKey}"}`, 200, { 'content-type': 'text/plain' });
    const outcome = await operations[operation]();
    expect(summary(outcome)).toBe(expected);
    if ('code' in outcome) expect(outcome.providerCode).toBe(status);
    expect(JSON.stringify(outcome)).not.toContain(appKey);
  });

  it('and every other number is unknown, never success', async () => {
    for (let status = -1; status <= 1_000; status += step) {
      if (status in table) continue;
      answers(`{"status":${status}}`);
      const outcome = await operations[operation]();
      expect(summary(outcome), `status ${status}`).toBe('unknown unrecognized_provider_code');
      expect(outcome).toMatchObject({ providerCode: String(status) });
    }
  });

  it.each(['462', '219'].filter((status) => status in table))('%s says how long to wait', async (status) => {
    answers(`{"status":${status}}`);
    expect(await operations[operation]()).toMatchObject({ retryAfterMs: 60_000 });
  });
});

describe.each(Object.keys(operations) as Operation[])('an answer of %s that is no verdict', (operation) => {
  const good = operation === 'checkcode' || operation === 'verify' ? 'approved' : 'accepted';

  it.each([
    ['nothing', ''],
    ['white space', ' \n'],
    ['HTML', '<html><body>status 200</body></html>'],
    ['truncated JSON', '{"status":200'],
    ['a string "200"', '{"status":"200"}'],
    ['a string "457"', '{"status":"457"}'],
    ['a list', '[{"status":200}]'],
    ['null', 'null'],
    ['a bare number', '200'],
    ['no status', '{"error":"ok"}'],
    ['status null', '{"status":null}'],
    ['status true', '{"status":true}'],
    ['status 200.5', '{"status":200.5}'],
    ['status in a list', '{"status":[200]}'],
    ['status by prototype', '{"__proto__":{"status":200}}'],
    ['status in other letters', '{"Status":200}'],
    ['two documents', '{"status":200}{"status":200}'],
  ])('is unknown: %s', async (_name, body) => {
    answers(body, 200, { 'content-type': 'application/json' });
    expect(summary(await operations[operation]())).toBe('unknown invalid_response');
  });

  it.each([['text/plain; charset=utf-8'], ['text/html'], ['application/json'], ['']])(
    'is a verdict all the same with the content type %j',
    async (type) => {
      answers('{"status":200}', 200, type === '' ? {} : { 'content-type': type });
      expect(summary(await operations[operation]())).toBe(good);
    },
  );

  it('may start with a byte order mark and have more fields', async () => {
    answers('\uFEFF{"status":200,"error":"","id":7}\r\n');
    expect(summary(await operations[operation]())).toBe(good);
  });

  it('is unknown when 20 MB come', async () => {
    answers(`{"status":200,"padding":"${'x'.repeat(20_000_000)}"}`);
    expect(summary(await operations[operation]())).toBe('unknown invalid_response');
  });

  it.each([
    [201, '{"status":200}', 'unknown invalid_response'],
    [204, '', 'unknown invalid_response'],
    [302, '', 'unknown invalid_response'],
    [400, 'Bad Request', 'refused unrecognized_provider_code'],
    [401, '', 'refused authentication_failed'],
    [403, '<html>', 'refused permission_denied'],
    [404, '<html>nginx</html>', 'refused unrecognized_provider_code'],
    [404, '{"status":200}', 'unknown invalid_response'],
    [429, '', 'refused rate_limited'],
    [500, '', 'unknown provider_unavailable'],
    [502, '<html>Bad Gateway</html>', 'unknown provider_unavailable'],
    [503, '{"status":200}', 'unknown provider_unavailable'],
  ])('is judged by HTTP %d with %j', async (status, body, expected) => {
    answers(body, status);
    expect(summary(await operations[operation]())).toBe(expected);
  });

  it('is Mob’s refusal when HTTP and Mob agree on no', async () => {
    const [status, code] = operation === 'custom/msg' ? [205, 'invalid_phone_number'] : [457, 'invalid_phone_number'];
    answers(`{"status":${status}}`, 400);
    expect(await operations[operation]()).toMatchObject({ outcome: 'refused', code, providerCode: String(status) });
  });
});
