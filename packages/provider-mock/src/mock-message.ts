import type { OutboundMessage, TemplateParam } from '@polysms/core/provider-kit';

/** A message as a phone received it. */
export type MockMessage = MockTextMessage | MockTemplateMessage | MockVerificationMessage;

/** What all messages share. */
interface Received {
  /** Our id of the message. */
  readonly id: string;
  /** The mock's id of the message: `Accepted.reference` of the call that sent it. */
  readonly reference: string;
  /** The phone's number in E.164. */
  readonly to: string;
  /** When the phone received it, by the mock's clock, in milliseconds since 1970. */
  readonly receivedAt: number;
  /** `CallContext.idempotencyKey` of the call that sent it. */
  readonly idempotencyKey?: string | undefined;
  /** How long the message was worth anything when it was sent, in milliseconds, if the vendor was told. */
  readonly validForMs?: number | undefined;
  /** Where the vendor was told to send its reports, if it was. */
  readonly reportUrl?: string | undefined;
}

/** A text that was sent with `send()`. */
export interface MockTextMessage extends Received {
  readonly kind: 'text';
  readonly text: string;
  readonly senderId?: string | undefined;
}

/** A template that was sent with `send()`. The mock has no templates of its own: it shows what it was given. */
export interface MockTemplateMessage extends Received {
  readonly kind: 'template';
  readonly template: string;
  readonly params: readonly TemplateParam[];
  readonly signature?: string | undefined;
}

/** A code that the mock made and sent for `verification.start()`. */
export interface MockVerificationMessage extends Received {
  readonly kind: 'verification';
  readonly code: string;
  readonly locale?: string | undefined;
}

/** A message before the mock has stamped it. */
export type MessageContent =
  | Omit<MockTextMessage, keyof Received>
  | Omit<MockTemplateMessage, keyof Received>
  | Omit<MockVerificationMessage, keyof Received>;

/** What a phone shows of a message. The parameters are frozen copies: the caller may go on to change its own. */
export function contentOf(message: OutboundMessage): MessageContent {
  switch (message.kind) {
    case 'text':
      return { kind: 'text', text: message.text, senderId: message.senderId };
    case 'template': {
      const { template, params, signature } = message;
      return { kind: 'template', template, params: Object.freeze(params.map(frozenCopy)), signature };
    }
  }
}

function frozenCopy({ name, value }: TemplateParam): TemplateParam {
  return Object.freeze({ name, value });
}
