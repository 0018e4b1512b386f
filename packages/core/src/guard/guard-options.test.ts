import { describe, expect, it } from 'vitest';
import { dayMs, hourMs, parseGuardOptions } from './guard.test.fixture.js';
import type { GuardOptions } from './guard-options.js';

function messageOf(options: unknown): string {
  try {
    parseGuardOptions(options as GuardOptions);
  } catch (error) {
    expect(error).toMatchObject({ code: 'configuration_invalid', outcome: 'not-sent' });
    return (error as Error).message;
  }
  return 'no error';
}

describe('guard options', () => {
  it.each([undefined, {}, { limits: {} }, { limits: undefined, alarm: {}, failOpen: undefined }])(
    'have defaults: %j',
    (options) => {
      expect(parseGuardOptions(options)).toMatchObject({
        limits: {
          global: [{ max: 1000, windowMs: hourMs }],
          prefix: [{ max: 20, windowMs: hourMs }],
          ip: [
            { max: 10, windowMs: hourMs },
            { max: 30, windowMs: dayMs },
          ],
          phone: [
            { max: 1, windowMs: 60_000 },
            { max: 5, windowMs: hourMs },
            { max: 10, windowMs: dayMs },
          ],
        },
        prefixOmitsDigits: 4,
        destinations: 'routes',
        failOpen: false,
        alarm: { windowMs: hourMs, minimumStarts: 10, approvalRatePercent: 30 },
      });
    },
  );

  it('replace the defaults of a scope, and leave the others', () => {
    const { limits } = parseGuardOptions({ limits: { phone: [{ max: 2, windowMs: 1000 }], prefix: false } });
    expect(limits).toMatchObject({ phone: [{ max: 2, windowMs: 1000 }], prefix: [] });
    expect(limits.ip).toHaveLength(2);
  });

  it('put the shortest window first, and leave the given list as it was', () => {
    const given = [
      { max: 1, windowMs: 60_000 },
      { max: 10, windowMs: dayMs },
      { max: 5, windowMs: hourMs },
    ];
    const { limits } = parseGuardOptions({ limits: { phone: given } });
    expect(limits.phone.map(({ windowMs }) => windowMs)).toStrictEqual([60_000, hourMs, dayMs]);
    expect(given.map(({ max }) => max)).toStrictEqual([1, 10, 5]);
  });

  it.each<[string, GuardOptions]>([
    ['the smallest limit', { limits: { global: [{ max: 1, windowMs: 1000 }] } }],
    ['the largest limit', { limits: { global: [{ max: 1e9, windowMs: 24 * dayMs }] } }],
    ['the shortest prefix', { prefixOmitsDigits: 8 }],
    ['the longest prefix', { prefixOmitsDigits: 2 }],
    ['any destination', { destinations: 'any' }],
    ['destinations by both lists', { destinations: { countries: ['CN', 'HK'], callingCodes: ['86', '1', '881'] } }],
    ['no alarm', { alarm: false }],
    ['the least of an alarm', { alarm: { windowMs: 600_000, minimumStarts: 1, approvalRatePercent: 1 } }],
    ['the most of an alarm', { alarm: { windowMs: 24 * dayMs, minimumStarts: 1e6, approvalRatePercent: 100 } }],
  ])('take %s', (_, options) => {
    expect(parseGuardOptions(options)).toMatchObject(
      options.limits === undefined ? options : { limits: { global: options.limits.global } },
    );
  });

  const limit = (max: unknown, windowMs: unknown) => ({ limits: { phone: [{ max, windowMs }] } });

  const destinationsRule =
    'guard.destinations: must be routes, any, or an object with countries or callingCodes or both';

  it.each<[unknown, string]>([
    [{ countries: ['CN'] }, 'guard.countries: is not an option; did you mean destinations.countries?'],
    [limit(0, 1000), 'guard.limits.phone.0.max: must be a whole number of sends, from 1 to a billion'],
    [limit(1.5, 1000), 'guard.limits.phone.0.max: must be a whole number'],
    [limit(1e9 + 1, 1000), 'guard.limits.phone.0.max: must be a whole number'],
    [limit('1', 1000), 'guard.limits.phone.0.max: must be a whole number'],
    [limit(1, 999), 'guard.limits.phone.0.windowMs: must be whole seconds in milliseconds, from a second to 24 days'],
    [limit(1, 1500), 'guard.limits.phone.0.windowMs: must be whole seconds'],
    [limit(1, 24 * dayMs + 1000), 'windowMs: must be whole seconds in milliseconds, from a second to 24 days'],
    [{ limits: { ip: [] } }, 'guard.limits.ip: must not be empty; write false for no limit'],
    [{ limits: { ip: true } }, 'guard.limits.ip: must be a list of limits { "max", "windowMs" }, or false for none'],
    [{ limits: { ip: [5] } }, 'guard.limits.ip.0: must be an object'],
    [
      {
        limits: {
          global: [
            { max: 1, windowMs: 1000 },
            { max: 2, windowMs: 1000 },
          ],
        },
      },
      'guard.limits.global: has two limits with the same windowMs; keep the smaller',
    ],
    [{ limits: { phones: false } }, 'guard.limits.phones: '],
    [{ limit: {} }, 'guard.limit: '],
    [{ prefixOmitsDigits: 1 }, 'guard.prefixOmitsDigits: must be a whole number of digits, from 2 to 8'],
    [{ prefixOmitsDigits: 9 }, 'guard.prefixOmitsDigits: must be a whole number of digits, from 2 to 8'],
    [{ destinations: 'all' }, destinationsRule],
    [{ destinations: {} }, 'guard.destinations: must have countries or callingCodes or both'],
    [{ destinations: { countries: [] } }, 'guard.destinations.countries: must not be empty; leave it out'],
    [{ destinations: { countries: ['UK'] } }, 'guard.destinations.countries.0: must be an ISO 3166-1 alpha-2 code'],
    [
      { destinations: { callingCodes: ['+86'] } },
      'guard.destinations.callingCodes.0: must be a calling code in digits',
    ],
    [{ destinations: { countries: 'CN' } }, 'guard.destinations.countries: must be a list of ISO 3166-1 alpha-2 codes'],
    [{ destinations: { countries: [1] } }, 'guard.destinations.countries.0: must be an ISO 3166-1 alpha-2 code'],
    [{ destinations: { country: ['CN'] } }, 'guard.destinations.'],
    [{ destinations: 1 }, destinationsRule],
    [{ destinations: { callingCodes: [] } }, 'guard.destinations.callingCodes: must not be empty; leave it out'],
    ...['0', '086', '8612', 'x86', '86x', '', '8 6'].map((code): [unknown, string] => [
      { destinations: { callingCodes: [code] } },
      'guard.destinations.callingCodes.0: must be a calling code in digits without a plus, a text such as "86"',
    ]),
    [{ screen: true }, 'guard.screen: must be a function'],
    [{ failOpen: 'yes' }, 'guard.failOpen: must be true or false'],
    [{ alarm: true }, 'guard.alarm: must be an object, or false for no alarm'],
    [
      { alarm: { windowMs: 599_000 } },
      'guard.alarm.windowMs: must be a whole number of milliseconds, whole seconds from 10 minutes',
    ],
    [{ alarm: { windowMs: 600_500 } }, 'guard.alarm.windowMs: must be a whole number of milliseconds, whole seconds'],
    [{ alarm: { windowMs: 24 * dayMs + 1000 } }, '10 minutes to 24 days'],
    [{ alarm: { windows: 1 } }, 'guard.alarm.windows: '],
    [
      { alarm: { minimumStarts: 1e6 + 1 } },
      'guard.alarm.minimumStarts: must be a whole number of starts, from 1 to a million',
    ],
    [
      { alarm: { minimumStarts: 0 } },
      'guard.alarm.minimumStarts: must be a whole number of starts, from 1 to a million',
    ],
    [
      { alarm: { approvalRatePercent: 0 } },
      'guard.alarm.approvalRatePercent: must be a whole number of percent, from 1 to 100',
    ],
    [{ alarm: { approvalRatePercent: 101 } }, 'guard.alarm.approvalRatePercent: must be'],
  ])('refuse %j', (options, message) => {
    expect(messageOf(options)).toContain(`createSmsClient(): ${message.startsWith('guard') ? message : ''}`);
    expect(messageOf(options)).toContain(message);
  });
});
