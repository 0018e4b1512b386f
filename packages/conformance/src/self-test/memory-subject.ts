import type { SmsProvider } from '@polysms/core';
import type { Capabilities } from '../options.js';
import type { ConformanceSubject } from '../subject.js';
import { memoryProvider } from './memory-provider.js';
import { withHeader } from './memory-signing.js';
import { MemoryVendor } from './memory-vendor.js';

export const everything: Capabilities = {
  text: true,
  template: true,
  senderId: true,
  verification: true,
  writeBy: true,
  webhooks: true,
  events: true,
  lookup: true,
  messageId: true,
  validFor: true,
};

/** Makes a wrong provider from the right one. */
export type Alter = (right: SmsProvider, vendor: MemoryVendor, credential: string) => SmsProvider;

export interface MemorySubjectOptions {
  readonly capabilities?: Capabilities;
  readonly alter?: Alter;
  readonly vendor?: MemoryVendor;
}

/** A subject around the memory vendor, whose provider may be altered. */
export function memorySubject(options: MemorySubjectOptions = {}) {
  const { capabilities = everything, alter = (right) => right, vendor = new MemoryVendor() } = options;
  const credential = 'canary-key-5b1f';
  const { connections, signing } = vendor;
  const right = memoryProvider(vendor, credential, capabilities);
  return {
    provider: alter(right, vendor, credential),
    recipient: '+8613800138000',
    otherRecipient: '+41791234567',
    secrets: [credential, signing.secret],
    samples: {
      text: { text: 'Your parcel is here' },
      template: {
        template: 'parcel',
        params: [
          { name: 'name', value: 'Anneliese' },
          { name: 'box', value: '7' },
        ],
      },
      senderId: 'Parcels',
    },
    // A vendor may tell more about a message than the kit asks for.
    received: () => vendor.received.map((message) => ({ sentAt: 0, ...message })),
    requests: () => vendor.requests,
    arrange: (situation) => {
      vendor.situation = situation;
    },
    refuseWith: ({ code = 'no', sentence }) => {
      vendor.refusal = code;
      vendor.sentence = sentence;
    },
    stallWrites: () => {
      vendor.stalled = true;
    },
    webhooks: {
      signed: (events, at) => signing.tell(events, at),
      signedBody: (body, at) => signing.request(body, at),
      replaceSignature: (request, replace) =>
        withHeader(request, 'signature', replace(request.headers.get('signature') ?? '')),
      replaceTime: (request, at) => withHeader(request, 'time', String(at / 1000)),
    },
    events: connections,
    lookup: {
      vendorTook: (id) => vendor.taken.some((message) => message.id === id),
      now: () => vendor.now,
      advance: (ms) => {
        vendor.now += ms;
      },
      arrange: (situation) => {
        vendor.situation = situation;
      },
    },
    // Not the altered one: some never close.
    async close() {
      await right.close();
      for (const cleanUp of vendor.cleanUps) cleanUp();
    },
  } satisfies ConformanceSubject;
}
