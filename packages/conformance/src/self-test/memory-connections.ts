import type { ProviderEvent } from '@polysms/core/provider-kit';

/** Reads what the vendor wrote, and says whether it has arrived. */
export type Connection = (written: string) => Promise<boolean>;

/** The connections on which the memory vendor tells events, and what it has to repeat. */
export class MemoryConnections {
  readonly open = new Set<Connection>();
  #unanswered: string[] = [];

  async deliver(event: ProviderEvent): Promise<'taken' | 'refused'> {
    return (await this.#tell(JSON.stringify(event))) ? 'taken' : 'refused';
  }

  async deliverGarbage(): Promise<void> {
    for (const connection of this.open) await connection('id:1 stat:').catch(() => {});
  }

  async repeat(): Promise<void> {
    const repeated = this.#unanswered;
    this.#unanswered = [];
    for (const written of repeated) await this.#tell(written);
  }

  async #tell(written: string): Promise<boolean> {
    const [connection] = this.open;
    // A connection that breaks down has answered nothing.
    const isTaken = connection !== undefined && (await connection(written).catch(() => false));
    if (!isTaken) this.#unanswered.push(written);
    return isTaken;
  }
}
