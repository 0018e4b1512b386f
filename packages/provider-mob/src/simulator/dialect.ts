import { configurationInvalid, parseOptions } from '@polysms/core/provider-kit';
import type { Dialect, OpenDialect, VendorAnswer, VendorRequest, World } from '@polysms/simulator';
import * as v from 'valibot';
import { mobAnswers } from './answers.js';
import { endpointAt, type MobEndpoint, mobEndpoints, type Verdict } from './endpoints.js';
import { parseForm } from './form.js';
import { Ledger } from './ledger.js';
import { Mob, remembered } from './mob.js';
import type { MobSimulatorSettings } from './settings.js';
import { type Settings, settingsSchema } from './settings-schema.js';
import { wordsOf } from './statuses.js';
import { verdictOn } from './verdict.js';

/** The longest body that is read. Mob's own limit is unknown; a real request has under 1 KiB. */
const maxBodyBytes = 64 * 1024;

const sdkCodeSchema = v.object({ to: v.string() });

/** Mob that runs: a dialect, and what a test of it looks at. */
export interface OpenMob {
  readonly mob: Mob;
  readonly ledger: Ledger;
  readonly dialect: OpenDialect;
}

/**
 * Mob's SMS Web API, for `startSimulator`.
 *
 * @param settings how Mob's console is set up at the start, and after a reset
 * @throws SmsError `configuration_invalid` naming every wrong setting
 */
export function mobDialect(settings: MobSimulatorSettings = {}): Dialect {
  return dialectOf((world) => openMob(parseOptions('mobDialect()', settingsSchema, settings), world).dialect);
}

/** Mob's dialect, opened by somebody who wants to see more of it. */
export function dialectOf(open: Dialect['open']): Dialect {
  return { vendor: 'mob', title: 'Mob', endpoints: mobEndpoints, answers: mobAnswers, open };
}

export function openMob(settings: Settings, world: World): OpenMob {
  const mob = new Mob(settings, world);
  const ledger = new Ledger(remembered);
  const dialect: OpenDialect = {
    maxBodyBytes,
    endpointAt,
    answersNumbers: true,
    onRequest: (request) => answer(mob, request),
    answerAs: (name, request, error) => answerAs(name, endpointAt(request.path), error),
    commonAnswer: (fault, endpoint) => {
      if (endpoint === '/custom/msg') return fault === 'balance' ? '213' : '218';
      return fault === 'balance' ? '470' : '429';
    },
    settings: {
      read: () => mob.account.settings,
      configure: (changes) => mob.account.configure(changes),
    },
    calls: {
      'sdk-codes': {
        what: 'A phone asks for a code with Mob’s mobile SDK, not over the Web API.',
        example: { to: '+8613800138000' },
        run: (body) => sendSdkCode(mob, body),
      },
    },
    onAnswered: ({ request, answer: given, processed, fault }) => {
      const endpoint = endpointAt(request.path);
      const { method, receivedAt, remoteAddress, headers } = request;
      if (endpoint === undefined || (method !== 'GET' && method !== 'POST')) return;
      ledger.record({
        endpoint,
        method,
        parameters: parametersOf(request),
        contentType: headers['content-type'],
        accept: headers.accept,
        remoteAddress,
        processed,
        status: given?.name === undefined ? 'none' : Number(given.name),
        fault,
        receivedAt,
      });
    },
    sdkLine: (url) => `mob({ appKey: 'any', baseUrl: '${url}' })`,
    reset: () => {
      mob.reset();
      ledger.clear();
    },
  };
  return { mob, ledger, dialect };
}

/**
 * Sends a code as Mob's mobile SDK would.
 *
 * @throws SmsError `invalid_phone_number`; `configuration_invalid` for a body without a phone
 */
function sendSdkCode(mob: Mob, body: unknown) {
  const parsed = v.safeParse(sdkCodeSchema, body);
  if (parsed.success) return mob.sendSdkCode(parsed.output.to);
  throw configurationInvalid('to: must be a phone number in E.164, a plus sign and digits');
}

function answer(mob: Mob, request: VendorRequest): VendorAnswer {
  const { id, method, path, remoteAddress } = request;
  const endpoint = endpointAt(path);
  if (endpoint === undefined) return problem(404, 'There is nothing at this path.');
  if (method !== 'POST' && method !== 'GET') {
    return { ...problem(405, `${endpoint} takes POST, or GET with a query.`), headers: { Allow: 'POST, GET' } };
  }
  return replyOf(verdictOn(mob, { id, endpoint, parameters: parametersOf(request), remoteAddress }));
}

function parametersOf({ method, query, text }: VendorRequest) {
  return method === 'GET' ? parseForm(query) : parseForm(text, query);
}

function answerAs(name: string, endpoint: MobEndpoint | undefined, error: string | undefined): VendorAnswer {
  const status = Number(name);
  return replyOf({ status, error: error ?? wordsOf(endpoint, status) });
}

/** Under Mob's own content type, as on the one captured reply. */
function replyOf(verdict: Verdict): VendorAnswer {
  const name = String(verdict.status);
  return { status: 200, contentType: 'text/plain; charset=utf-8', body: JSON.stringify(verdict), name };
}

/** An answer of the simulator itself, not of Mob. */
function problem(status: number, error: string): VendorAnswer {
  return { status, contentType: 'application/json; charset=utf-8', body: JSON.stringify({ error }) };
}
