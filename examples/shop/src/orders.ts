/** An order that waits to be shipped, or has been. */
export interface Order {
  readonly id: string;
  /** E.164. */
  readonly phone: string;
  readonly shippedAt: Date | undefined;
}

/** The shop's orders. A real shop keeps them in a database. */
export class Orders {
  readonly #orders = new Map<string, Order>();

  add(id: string, phone: string): void {
    this.#orders.set(id, { id, phone, shippedAt: undefined });
  }

  find(id: string): Order | undefined {
    return this.#orders.get(id);
  }

  markShipped(id: string): void {
    const order = this.#orders.get(id);
    if (order !== undefined) this.#orders.set(id, { ...order, shippedAt: new Date() });
  }
}
