import { safeParsePhoneNumber } from '@polysms/core/provider-kit';
import type { VendorAnswer, VendorRequest, World } from '@polysms/simulator';
import { json, problem } from './errors.js';
import type { Settings } from './settings.js';

interface Verification {
  readonly sid: string;
  readonly service: string;
  readonly to: string;
  readonly code: string;
  readonly startedAt: number;
  sends: number;
  checks: number;
  status: 'pending' | 'approved' | 'canceled';
}

/** Verify v2: codes that Twilio makes. What has been approved, has expired or is cancelled is deleted. */
export class Verify {
  readonly #settings: () => Settings;
  readonly #world: World;
  readonly #byService = new Map<string, Verification>();

  constructor(settings: () => Settings, world: World) {
    this.#settings = settings;
    this.#world = world;
  }

  /** A second start while one is pending sends the same code again, under the same SID. */
  start(service: string, request: VendorRequest): VendorAnswer {
    const fields = new URLSearchParams(request.text);
    const to = fields.get('To') ?? '';
    if (!safeParsePhoneNumber(to).valid) return problem(60200, `Invalid parameter \`To\`: ${to}`);
    if (fields.get('Channel') !== 'sms') return problem(60200, 'Invalid parameter: Channel');
    const { codeLength, maxSends } = this.#settings();
    const verification = this.#pending(service, to) ?? {
      ...{ sid: `VE${this.#world.random.hex(32)}`, service, to, code: this.#world.random.digits(codeLength) },
      ...{ startedAt: this.#world.clock.now(), sends: 0, checks: 0, status: 'pending' as const },
    };
    if (verification.sends >= maxSends) return problem(60203);
    verification.sends += 1;
    this.#byService.set(`${service} ${to}`, verification);
    const { code, sid } = verification;
    const text = `Your verification code is: ${code}`;
    // Verify calls nobody about a text message.
    request.deliver({ to, from: 'Verify', text, code, reference: sid, reportStates: [] });
    return json(
      201,
      { ...this.#resourceOf(verification), send_code_attempts: this.#attemptsOf(verification) },
      'pending',
    );
  }

  check(service: string, text: string): VendorAnswer {
    const fields = new URLSearchParams(text);
    const code = fields.get('Code') ?? '';
    if ([...code].length < 4 || [...code].length > 10) return problem(60200, 'Invalid parameter: Code');
    const verification = this.#named(service, fields.get('VerificationSid') ?? fields.get('To') ?? '');
    if (verification === undefined) return nothingThere(service, 'VerificationCheck');
    if (verification.checks >= this.#settings().maxChecks) return problem(60202);
    verification.checks += 1;
    if (code === verification.code) this.#end(verification, 'approved');
    return json(200, this.#resourceOf(verification), verification.status);
  }

  fetch(service: string, name: string): VendorAnswer {
    const verification = this.#named(service, name);
    if (verification === undefined) return nothingThere(service, `Verifications/${name}`);
    return json(200, { ...this.#resourceOf(verification), send_code_attempts: this.#attemptsOf(verification) });
  }

  update(service: string, name: string, text: string): VendorAnswer {
    const status = new URLSearchParams(text).get('Status');
    const verification = this.#named(service, name);
    if (verification === undefined) return nothingThere(service, `Verifications/${name}`);
    if (status !== 'approved' && status !== 'canceled') return problem(60200, 'Invalid parameter: Status');
    this.#end(verification, status);
    return json(200, this.#resourceOf(verification), status);
  }

  reset(): void {
    this.#byService.clear();
  }

  #end(verification: Verification, status: 'approved' | 'canceled'): void {
    verification.status = status;
    this.#byService.delete(`${verification.service} ${verification.to}`);
  }

  #pending(service: string, to: string): Verification | undefined {
    const found = this.#byService.get(`${service} ${to}`);
    const { codeLifetimeMs } = this.#settings();
    return found !== undefined && this.#world.clock.now() - found.startedAt < codeLifetimeMs ? found : undefined;
  }

  /** By its SID, or by its phone. */
  #named(service: string, name: string): Verification | undefined {
    const found = [...this.#byService.values()].find((each) => each.service === service && each.sid === name);
    return this.#pending(service, found?.to ?? name);
  }

  #resourceOf({ sid, service, to, startedAt, status }: Verification): object {
    const at = iso8601(startedAt);
    return {
      ...{ sid, service_sid: service, account_sid: this.#settings().accountSid, to, channel: 'sms', status },
      ...{ valid: status === 'approved', date_created: at, date_updated: at, amount: null, payee: null },
      ...{ lookup: {}, sna: null, sna_attempts_error_codes: [] },
    };
  }

  #attemptsOf({ sends, startedAt }: Verification): readonly object[] {
    const time = iso8601(startedAt);
    const sid = (index: number) => `VL${String(index + 1).padStart(32, '0')}`;
    return Array.from({ length: sends }, (_, index) => ({ time, channel: 'SMS', attempt_sid: sid(index) }));
  }
}

function nothingThere(service: string, rest: string): VendorAnswer {
  return problem(20404, `The requested resource /Services/${service}/${rest} was not found`);
}

function iso8601(at: number): string {
  return new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
