import { describe, expect, it } from 'vitest';
import type { MessageState, UndeliveredReason } from '../contract/provider-events.js';
import { type DeliveryStep, deliveryStep } from './delivered-or-next.js';

describe('a message that is to be delivered within a time', () => {
  it.each<[MessageState, UndeliveredReason | undefined, inTime: DeliveryStep, afterIt: DeliveryStep]>([
    ['delivered', undefined, 'done', 'done'],
    ['undelivered', 'carrier_fault', 'next', 'next'],
    ['undelivered', 'filtered', 'next', 'next'],
    ['rejected', 'unregistered_sender', 'next', 'next'],
    ['undelivered', 'unknown_subscriber', 'done', 'done'],
    ['undelivered', 'unreachable', 'done', 'done'],
    ['undelivered', 'not_mobile', 'done', 'done'],
    ['rejected', 'blocked', 'done', 'done'],
    ['rejected', 'opted_out', 'done', 'done'],
    ['undelivered', 'other', 'wait', 'next'],
    ['undelivered', undefined, 'wait', 'next'],
    ['rejected', undefined, 'wait', 'next'],
    ['expired', undefined, 'wait', 'next'],
    ['expired', 'unreachable', 'wait', 'next'],
    ['queued', undefined, 'wait', 'next'],
    ['sent', undefined, 'wait', 'next'],
    ['accepted', undefined, 'wait', 'next'],
    ['sending', undefined, 'wait', 'next'],
    ['unknown', undefined, 'wait', 'next'],
    ['refused', undefined, 'done', 'done'],
    ['not-sent', undefined, 'done', 'done'],
  ])('that is %s for the reason %s: %s in time, %s after it', (state, reason, inTime, afterIt) => {
    expect([deliveryStep(state, reason, false), deliveryStep(state, reason, true)]).toEqual([inTime, afterIt]);
  });
});
