import type { Dialect, OpenDialect, VendorAnswer, VendorRequest, VendorStatus, World } from '@polysms/simulator';
import { messageCodes, verifyCodes } from '../errors.js';
import { json, problem } from './errors.js';
import { parseSettings, type Settings, type TwilioSimulatorSettings } from './settings.js';
import { inboundTelling, reportTelling } from './tellings.js';
import { Twilio } from './twilio.js';
import { Verify } from './verify.js';

/** The addresses of the APIs, without the account or the service in front. */
const endpoints = [
  '/Messages.json',
  '/Messages/{Sid}.json',
  '/Balance.json',
  '/Verifications',
  '/Verifications/{Sid}',
  '/VerificationCheck',
] as const;

type Endpoint = (typeof endpoints)[number];

/** Where a path leads. */
interface Place {
  readonly endpoint: Endpoint;
  /** The account or the service. */
  readonly owner: string;
  /** The message or the verification. */
  readonly name: string;
}

/** Twilio that runs: a dialect, and what a test of it looks at. */
export interface OpenTwilio {
  readonly twilio: Twilio;
  readonly dialect: OpenDialect;
}

/**
 * Twilio's Messages and Verify v2, for `startSimulator`. Both are on one port: `baseUrl` of `twilio()` is enough.
 *
 * @param settings how Twilio's console is set up at the start, and after a reset
 * @throws SmsError `configuration_invalid` naming every wrong setting
 */
export function twilioDialect(settings: TwilioSimulatorSettings = {}): Dialect {
  const parsed = parseSettings(settings);
  return dialectOf((world) => openTwilio(parsed, world).dialect);
}

/** Twilio's dialect, opened by somebody who wants to see more of it. */
export function dialectOf(open: Dialect['open']): Dialect {
  return { vendor: 'twilio', title: 'Twilio', endpoints, answers: answers(), open };
}

export function openTwilio(settings: Settings, world: World): OpenTwilio {
  const twilio = new Twilio(settings, world);
  const verify = new Verify(() => twilio.settings, world);
  const dialect: OpenDialect = {
    endpointAt: (path) => placeOf(path)?.endpoint,
    answersNumbers: true,
    onRequest: (request) => answer(twilio, verify, request),
    answerAs: (name, _request, words) => problem(name, words),
    commonAnswer: (fault) => (fault === 'balance' ? '20005' : '20429'),
    settings: {
      read: () => twilio.settings,
      configure: (changes) => {
        const given = typeof changes === 'object' && changes !== null ? changes : { changes };
        twilio.settings = parseSettings({ ...twilio.settings, ...given });
      },
    },
    reports: { ...reportTelling(twilio), states: ['sent', 'delivered'] },
    inbound: inboundTelling(twilio),
    onReport: (report) => twilio.onReport(report),
    onReply: (reply) => twilio.onReply(reply),
    sdkLine: (url) => {
      const { accountSid, authToken } = twilio.settings;
      const client = `twilio('${accountSid}', '${authToken}')`;
      return `const client = ${client}; client.api.baseUrl = client.verify.baseUrl = '${url}';`;
    },
    reset: () => {
      twilio.settings = settings;
      twilio.reset();
      verify.reset();
    },
  };
  return { twilio, dialect };
}

function answer(twilio: Twilio, verify: Verify, request: VendorRequest): VendorAnswer {
  const { method, path, query, text } = request;
  const { settings } = twilio;
  const place = placeOf(path);
  if (place === undefined) return problem(20404, `The requested resource ${path} was not found`);
  if (!isAuthentic(settings, request.headers.authorization)) return problem(20003, 'Authenticate');
  const { endpoint, owner, name } = place;
  if (owner.startsWith('AC') && owner !== settings.accountSid) return problem(20404);
  switch (`${method} ${endpoint}` as const) {
    case 'POST /Messages.json':
      return twilio.create(request);
    case 'GET /Messages.json':
      return twilio.list(path, new URLSearchParams(query));
    case 'GET /Messages/{Sid}.json':
      return twilio.fetch(name);
    case 'GET /Balance.json':
      return json(200, { account_sid: settings.accountSid, balance: '12.34', currency: 'USD' });
    case 'POST /Verifications':
      return verify.start(owner, request);
    case 'GET /Verifications/{Sid}':
      return verify.fetch(owner, name);
    case 'POST /Verifications/{Sid}':
      return verify.update(owner, name, text);
    case 'POST /VerificationCheck':
      return verify.check(owner, text);
    default:
      return problem(20004, 'Method not allowed');
  }
}

const placePattern = /^(?:\/2010-04-01\/Accounts\/(?<account>AC\w+)|\/v2\/Services\/(?<service>VA\w+))(?<rest>\/.+)$/;

function placeOf(path: string): Place | undefined {
  const { account, service, rest = '' } = placePattern.exec(path)?.groups ?? {};
  const owner = account ?? service ?? '';
  const [, kind = '', name = '', ending = ''] = /^\/(\w+)\/([^/]+?)(\.json)?$/.exec(rest) ?? [];
  const shape = name === '' ? rest : `/${kind}/{Sid}${ending}`;
  const endpoint = endpoints.find((each) => each === shape && each.includes('.json') === (account !== undefined));
  return endpoint === undefined ? undefined : { endpoint, owner, name: decodeURIComponent(name) };
}

/** The account by its token, or by an API key. */
function isAuthentic({ accountSid, authToken, apiKeys }: Settings, authorization = ''): boolean {
  const given = Buffer.from(authorization.replace(/^Basic /i, ''), 'base64').toString('utf8');
  return Object.entries({ ...apiKeys, [accountSid]: authToken }).some((pair) => pair.join(':') === given);
}

/** What the faults `answer` and `status` can produce. */
function answers(): readonly VendorStatus[] {
  const known = new Map([...messageCodes, ...verifyCodes]);
  return [...known].map(([name, { message }]) => {
    const isVerify = !messageCodes.has(name);
    return { name, meaning: message, ...(isVerify ? { endpoints: ['/Verifications', '/VerificationCheck'] } : {}) };
  });
}
