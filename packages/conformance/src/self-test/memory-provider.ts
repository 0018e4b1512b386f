import {
  accepted,
  type CallContext,
  type CheckOutcome,
  type Deadline,
  type DeadlineEnd,
  type LookupOutcome,
  type NotSent,
  notSent,
  type Refused,
  refused,
  type SendOutcome,
  type SmsErrorCode,
  type SmsProvider,
  type Unknown,
  unknown,
} from '@polysms/core/provider-kit';
import type { Capabilities } from '../options.js';
import { memoryEvents } from './memory-events.js';
import { ConnectionRefused, type MemoryVendor, type VendorAnswer, type VendorRequest } from './memory-vendor.js';
import { memoryWebhooks } from './memory-webhooks.js';

type Asked = VendorAnswer | Refused | NotSent | Unknown;

/** A correct provider, written as a real one is. */
export function memoryProvider(vendor: MemoryVendor, credential: string, capabilities: Capabilities): SmsProvider {
  let closed = false;
  const events = memoryEvents(vendor.connections);

  async function ask(request: VendorRequest, { deadline, writeBy = deadline }: CallContext): Promise<Asked> {
    if (closed) return notSent('client_closed', 'The provider is closed.');
    if (writeBy.ended !== undefined) return notSent(writeBy.ended, 'The call had ended before it was sent.');
    if (vendor.stalled) {
      const reason = await new Promise<DeadlineEnd>((resolve) => void writeBy.onEnd(resolve));
      return notSent(reason === 'aborted' ? reason : 'timeout', 'The request could not be written in time.');
    }
    const end = ending(deadline);
    try {
      const answer = await Promise.race([vendor.ask(request), end.reason]);
      switch (answer) {
        case 'deadline_exceeded':
          return unknown('timeout', 'No answer came before the deadline.');
        case 'aborted':
          return unknown('aborted', 'The caller ended the call before an answer came.');
        default:
          return answer;
      }
    } catch (error) {
      if (error instanceof ConnectionRefused) return notSent('network_error', 'Nobody listens.', { cause: error });
      return unknown('network_error', 'The connection was lost.', { cause: error });
    } finally {
      end.stop();
    }
  }

  async function deliver(request: VendorRequest, context: CallContext): Promise<SendOutcome> {
    const answer = await ask(request, context);
    return answer === 'sent' ? accepted('a-reference') : failure(answer);
  }

  return {
    specification: 'v1',
    id: 'memory',
    sends: { text: capabilities.text, template: capabilities.template, senderId: capabilities.senderId },
    async send(message, context) {
      if (!capabilities[message.kind]) return notSent('unsupported_message', 'The vendor has no such messages.');
      if (message.kind === 'text' && message.senderId !== undefined && !capabilities.senderId) {
        return notSent('unsupported_message', 'The vendor lets nobody choose a sender.');
      }
      return deliver({ credential, action: 'send', message }, context);
    },
    webhooks: capabilities.webhooks === true ? memoryWebhooks(vendor.signing) : null,
    events: capabilities.events === true ? events : null,
    lookup:
      capabilities.lookup === true
        ? {
            visibleAfterMs: vendor.listsAfterMs,
            absenceProves: true,
            find: async ({ id, to, sentUntil }, context): Promise<LookupOutcome> => {
              const answer = await ask({ credential, action: 'list', to: to.e164 }, context);
              if (typeof answer !== 'object' || !('listed' in answer)) return failure(answer);
              if (answer.listed.some((message) => message.id === id)) return { outcome: 'found', state: 'sent' };
              return { outcome: vendor.now >= sentUntil + vendor.listsAfterMs ? 'absent' : 'inconclusive' };
            },
          }
        : null,
    verification: capabilities.verification
      ? {
          start: ({ to }, context) => deliver({ credential, action: 'start', to: to.e164 }, context),
          check: async ({ to, code }, context): Promise<CheckOutcome> => {
            const answer = await ask({ credential, action: 'check', to: to.e164, code }, context);
            if (answer === 'right') return { outcome: 'approved' };
            return answer === 'wrong' ? { outcome: 'incorrect' } : failure(answer);
          },
        }
      : null,
    async close() {
      closed = true;
      events.close();
    },
  };
}

/** The vendor's error codes. A Map, since an object has entries that nobody put there. */
const codes: ReadonlyMap<string, SmsErrorCode> = new Map([['no', 'permission_denied']]);

function failure(answer: Asked): Refused | NotSent | Unknown {
  if (typeof answer === 'object' && !('listed' in answer)) {
    if ('outcome' in answer) return answer;
    const code = codes.get(answer.refusal) ?? 'unrecognized_provider_code';
    return refused(code, 'The vendor refused.', { providerCode: answer.refusal });
  }
  switch (typeof answer === 'object' ? '<html>' : answer) {
    case 'error':
      return unknown('provider_unavailable', 'The vendor has failed.');
    case 'sent':
    case 'right':
    case 'wrong':
    case '<html>':
      return unknown('invalid_response', 'The answer cannot be read.');
  }
}

function ending(deadline: Deadline): { readonly reason: Promise<DeadlineEnd>; stop(): void } {
  let stop = () => {};
  const reason = new Promise<DeadlineEnd>((resolve) => {
    stop = deadline.onEnd(resolve);
  });
  return { reason, stop: () => stop() };
}
