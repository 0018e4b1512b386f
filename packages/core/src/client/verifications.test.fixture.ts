import type { CallContext } from '../contract/call-context.js';
import type { OutboundMessage, VerificationCheck, VerificationStart } from '../contract/messages.js';
import type { CheckOutcome, SendOutcome } from '../contract/outcomes.js';
import type { IssuedCodeLimits, SmsProvider } from '../contract/sms-provider.js';
import { accepted } from '../provider-kit/outcomes.js';
import type { Awaitable } from '../stores/ask-store.js';
import { MemoryVerificationStore } from '../verification/memory-verification-store.js';
import type { VerificationStore } from '../verification/verification-store.js';
import type { SmsClient } from './sms-client.js';
import { client, type FakeProvider, fake } from './sms-client.test.fixture.js';
import type { SmsClientOptions } from './sms-client-options.js';

export const phone = '+8613800138000';
export const otherPhone = '+8613900139000';
export const pepper = 'pepper-of-the-tests-0123456789abcdef';

type StartAnswer = SendOutcome | ((start: VerificationStart, context: CallContext) => Promise<SendOutcome>);
type CheckAnswer = CheckOutcome | ((check: VerificationCheck, context: CallContext) => Promise<CheckOutcome>);

/** What an {@link issuer} answers, in order; the last one again and again. */
export interface IssuerScript {
  readonly start?: readonly StartAnswer[];
  readonly check?: readonly CheckAnswer[];
  readonly limits?: IssuedCodeLimits;
  /** What it sends besides; default nothing. */
  readonly sends?: SmsProvider['sends'];
}

export interface Issuer extends FakeProvider {
  readonly started: VerificationStart[];
  readonly checked: VerificationCheck[];
}

/** Local codes have six digits, so that none is ever this one. */
export const issuedCode = '2468013';

/** Makes the code {@link issuedCode} every time, and judges codes by it unless its script says something else. */
export function issuer(id: string, script: IssuerScript = {}): Issuer {
  const started: VerificationStart[] = [];
  const checked: VerificationCheck[] = [];
  const { limits } = script;
  const starts = script.start ?? [accepted()];
  const checks = script.check ?? [judge];
  return Object.assign(fake(id, [accepted()], script.sends ?? { text: false, template: false, senderId: false }), {
    started,
    checked,
    verification: {
      ...(limits === undefined ? {} : { limits }),
      async start(request: VerificationStart, context: CallContext): Promise<SendOutcome> {
        const answer = starts[Math.min(started.length, starts.length - 1)] ?? accepted();
        started.push(request);
        return typeof answer === 'function' ? answer(request, context) : answer;
      },
      async check(request: VerificationCheck, context: CallContext): Promise<CheckOutcome> {
        const answer = checks[Math.min(checked.length, checks.length - 1)] ?? judge;
        checked.push(request);
        return typeof answer === 'function' ? answer(request, context) : answer;
      },
    },
  });
}

async function judge({ code }: VerificationCheck): Promise<CheckOutcome> {
  return { outcome: code === issuedCode ? 'approved' : 'incorrect' };
}

/** The code of ours in a message. */
export function codeIn(message: OutboundMessage | undefined): string {
  const words =
    message?.kind === 'text' ? message.text : (message?.params.find(({ name }) => name === 'code')?.value ?? '');
  const code = /\d{6,}/.exec(words)?.[0];
  if (code === undefined) throw new Error('The message has no code.');
  return code;
}

export function lastCode({ sent }: FakeProvider): string {
  return codeIn(sent.at(-1));
}

/** Another code of the same length. */
export function wrong(code: string, by = 1): string {
  return String((Number(code) + by) % 10 ** code.length).padStart(code.length, '0');
}

/** The time of a store. */
export interface Clock {
  ms: number;
}

export interface Verifier {
  readonly sms: SmsClient;
  readonly clock: Clock;
  readonly store: VerificationStore;
}

/** A client without a guard, whose store has a clock that only tests move. */
export function verifier(providers: SmsProvider[], options: Partial<SmsClientOptions> = {}): Verifier {
  const clock: Clock = { ms: 0 };
  const store = options.stores?.verification ?? new MemoryVerificationStore({ now: () => clock.ms });
  const sms = client(providers, { guard: false, ...options, stores: { ...options.stores, verification: store } });
  return { sms, clock, store };
}

type Operation = 'open' | 'settle' | 'check' | 'conclude' | 'cancel' | 'read' | 'end';

/** What happens around one operation of a store: `next` runs it. */
export type Interception = (
  operation: Operation,
  next: () => Promise<unknown>,
  args: readonly unknown[],
) => Promise<unknown>;

/** A store in front of another one. */
export function intercepted(store: VerificationStore, around: Interception): VerificationStore {
  const through =
    <Args extends readonly unknown[], Answer>(operation: Operation, run: (...args: Args) => Awaitable<Answer>) =>
    (...args: Args): Promise<Answer> =>
      around(operation, async () => run(...args), args) as Promise<Answer>;
  return {
    isShared: store.isShared,
    open: through('open', (challenge: Parameters<VerificationStore['open']>[0]) => store.open(challenge)),
    settle: through('settle', (...args: Parameters<VerificationStore['settle']>) => store.settle(...args)),
    check: through('check', (check: Parameters<VerificationStore['check']>[0]) => store.check(check)),
    conclude: through('conclude', (end: Parameters<VerificationStore['conclude']>[0]) => store.conclude(end)),
    cancel: through('cancel', (...args: Parameters<VerificationStore['cancel']>) => store.cancel(...args)),
    read: through('read', (subject: string) => store.read(subject)),
    end: through('end', (...args: Parameters<VerificationStore['end']>) => store.end(...args)),
  };
}
