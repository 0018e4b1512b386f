import type { Receipt, SmsClient } from '@polysms/core';
import type { Orders } from './orders.js';

/** What came of shipping an order. */
export type Shipping = { readonly status: 'shipped'; readonly receipt: Receipt } | { readonly status: 'no-such-order' };

/** Ships orders and tells people about it. */
export class ShippingDesk {
  readonly #orders: Orders;
  readonly #sms: SmsClient;

  constructor(orders: Orders, sms: SmsClient) {
    this.#orders = orders;
    this.#sms = sms;
  }

  /**
   * Ships an order. May be asked again after a failure: the idempotency key sees to it that nobody gets two messages.
   *
   * @throws SmsError when the message was not sent, or may not have been
   */
  async ship(id: string, trackingCode: string): Promise<Shipping> {
    const order = this.#orders.find(id);
    if (order === undefined) return { status: 'no-such-order' };
    const receipt = await this.#sms.send({
      to: order.phone,
      template: 'order-shipped',
      params: { order: id, tracking: trackingCode },
      idempotencyKey: `order-shipped:${id}`,
    });
    this.#orders.markShipped(id);
    return { status: 'shipped', receipt };
  }
}
