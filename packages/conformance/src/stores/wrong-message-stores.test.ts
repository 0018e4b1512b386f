import { setImmediate as turn } from 'node:timers/promises';
import { type KeyClaim, MemoryMessageStore, type MessageRecord, type ReportEntry } from '@polysms/core/stores';
import { describe } from 'vitest';
import { describeWrongStores, type WrongStore } from './wrong-stores.test.fixture.js';

type Add = Parameters<MemoryMessageStore['add']>;

/** Of keys. */
const wrongKeys: readonly WrongStore<'messages'>[] = [
  {
    name: 'gives a key to all that ask while it looks',
    says: /gives a key to exactly one of 50 messages at once/u,
    make: (clock) => {
      const looking = new Set<string>();
      return new (class extends MemoryMessageStore {
        override async add(...[record, keepMs, claim]: Add) {
          if (claim === undefined || looking.has(claim.key)) return super.add(record, keepMs);
          looking.add(claim.key);
          setImmediate(() => looking.delete(claim.key));
          return super.add(record, keepMs, claim);
        }
      })(clock);
    },
  },
  {
    name: 'lets any message be replaced if one is named',
    says: /replaced that the claim names, and no other/u,
    make: (clock) =>
      new (class extends MemoryMessageStore {
        override async add(...[record, keepMs, claim]: Add) {
          const added = await super.add(record, keepMs, claim);
          if (added.state !== 'held' || claim?.replaces === undefined) return added;
          return super.add(record, keepMs, { ...claim, replaces: added.id });
        }
      })(clock),
  },
  {
    name: 'leaves the record of a message whose key was taken',
    says: /whose key was taken/u,
    make: (clock) =>
      new (class extends MemoryMessageStore {
        override async add(...[record, keepMs, claim]: Add) {
          const added = await super.add(record, keepMs, claim);
          if (added.state !== 'added') await super.add(record, keepMs);
          return added;
        }
      })(clock),
  },
  ...(
    [
      ['does not look at the content', /says conflict for other content/u, () => ({ fingerprint: '' })],
      ['cuts long keys', /tells keys apart that differ only at the end/u, ({ key }) => ({ key: key.slice(0, 250) })],
      ['keeps a key for too long', /frees a key at the end of its lifetime/u, ({ ttlMs }) => ({ ttlMs: ttlMs * 2 })],
      ['never lets a message be replaced', /replaced that the claim names/u, () => ({ replaces: undefined })],
    ] satisfies readonly [string, RegExp, (claim: KeyClaim) => Partial<KeyClaim>][]
  ).map(
    ([name, says, changesOf]): WrongStore<'messages'> => ({
      name,
      says,
      make: (clock) =>
        new (class extends MemoryMessageStore {
          override add(...[record, keepMs, claim]: Add) {
            return super.add(record, keepMs, claim && { ...claim, ...changesOf(claim) });
          }
        })(clock),
    }),
  ),
  {
    name: 'forgets a record before its key',
    says: /keeps a record at least as long as its key/u,
    make: (clock) => {
      const ends = new Map<string, number>();
      return new (class extends MemoryMessageStore {
        override add(...[record, keepMs, claim]: Add) {
          ends.set(record.id, clock.now() + keepMs);
          return super.add(record, keepMs, claim);
        }
        override read(id: string) {
          return clock.now() < (ends.get(id) ?? 0) ? super.read(id) : undefined;
        }
      })(clock);
    },
  },
  {
    name: 'frees the keys of a phone that is forgotten',
    says: /keeps the key of a message that is erased/u,
    make: (clock) => {
      let forgotten = 0;
      return new (class extends MemoryMessageStore {
        override add(...[record, keepMs, claim]: Add) {
          return super.add(record, keepMs, claim && { ...claim, key: `${claim.key} after ${forgotten}` });
        }
        override forget(to: string) {
          forgotten += 1;
          return super.forget(to);
        }
      })(clock);
    },
  },
];

/** Of records, and of what names them. */
const wrongRecords: readonly WrongStore<'messages'>[] = [
  {
    name: 'replaces whatever is there',
    says: /replaces by no other revision/u,
    make: (clock) =>
      new (class extends MemoryMessageStore {
        override replace(record: MessageRecord) {
          const known = this.read(record.id);
          super.add({ ...record, revision: record.revision - 1 }, known === undefined ? 1 : 86_400_000);
          return super.replace(record);
        }
      })(clock),
  },
  {
    name: 'takes all replacements that come while it looks',
    says: /exactly one of 50 replacements at once/u,
    make: (clock) =>
      new (class extends MemoryMessageStore {
        override async replace(record: MessageRecord) {
          const known = this.read(record.id);
          await turn();
          if (known?.revision === record.revision - 1) super.add(known, 86_400_000);
          return super.replace(record);
        }
      })(clock),
  },
  {
    name: 'begins the lifetime anew with each replacement',
    says: /which no replacement makes longer/u,
    make: (clock) =>
      new (class extends MemoryMessageStore {
        override async replace(record: MessageRecord) {
          const replaced = await super.replace(record);
          if (replaced.state === 'replaced') await super.add(record, 86_400_000);
          return replaced;
        }
      })(clock),
  },
  {
    name: 'loses null characters',
    says: /keeps a record as JSON has it/u,
    make: (clock) =>
      new (class extends MemoryMessageStore {
        override add(...[record, keepMs, claim]: Add) {
          const kept = JSON.stringify(record).replaceAll('\\u0000', '');
          return super.add(JSON.parse(kept) as MessageRecord, keepMs, claim);
        }
      })(clock),
  },
  {
    name: 'gives waiting reports once',
    says: /gives them to every link/u,
    make: (clock) => {
      const linked = new Set<string>();
      return new (class extends MemoryMessageStore {
        override async link(provider: string, reference: string, id: string, keepMs: number) {
          const reports = await super.link(provider, reference, id, keepMs);
          if (linked.has(reference)) return [];
          linked.add(reference);
          return reports;
        }
      })(clock);
    },
  },
  {
    name: 'keeps the last report alone',
    says: /keeps reports that come first/u,
    make: (clock) =>
      new (class extends MemoryMessageStore {
        override async link(provider: string, reference: string, id: string, keepMs: number) {
          return (await super.link(provider, reference, id, keepMs)).slice(-1);
        }
      })(clock),
  },
  {
    name: 'gives the reports of a message to the next one with its reference',
    says: /gives the reports of one message to no other/u,
    make: (clock) => {
      const given = new Map<string, readonly ReportEntry[]>();
      return new (class extends MemoryMessageStore {
        override async link(provider: string, reference: string, id: string, keepMs: number) {
          const reports = [...(given.get(reference) ?? []), ...(await super.link(provider, reference, id, keepMs))];
          const distinct = reports.filter(
            (each, index) => reports.findIndex((other) => other.providerCode === each.providerCode) === index,
          );
          given.set(reference, distinct);
          return distinct;
        }
      })(clock);
    },
  },
  {
    name: 'keeps each repetition of a report',
    says: /keeps a report that comes again and again once/u,
    make: (clock) =>
      new (class extends MemoryMessageStore {
        #count = 0;
        override find(provider: string, reference: string, report: ReportEntry, waitMs: number) {
          this.#count += 1;
          return super.find(provider, reference, { ...report, reference: String(this.#count) }, waitMs);
        }
        override async link(provider: string, reference: string, id: string, keepMs: number) {
          const reports = await super.link(provider, reference, id, keepMs);
          return reports.map(({ reference: _, ...report }) => report);
        }
      })(clock),
  },
  {
    name: 'takes references of all providers for one',
    says: /tells references and providers apart/u,
    make: (clock) =>
      new (class extends MemoryMessageStore {
        override find(_: string, reference: string, report: ReportEntry, waitMs: number) {
          return super.find('mob', reference, report, waitMs);
        }
      })(clock),
  },
  {
    name: 'looks for reports before it links',
    says: /loses no report/u,
    make: (clock) =>
      new (class extends MemoryMessageStore {
        override async link(provider: string, reference: string, id: string, keepMs: number) {
          const reports = await super.link(provider, reference, id, 1);
          await turn();
          await super.link(provider, reference, id, keepMs);
          return reports;
        }
        override async find(provider: string, reference: string, report: ReportEntry, waitMs: number) {
          const found = await super.find(provider, reference, report, waitMs);
          await turn();
          return found === undefined ? undefined : super.find(provider, `${reference} again`, report, waitMs);
        }
      })(clock),
  },
  {
    name: 'counts what has expired',
    says: /erases all messages of a phone, and says how many/u,
    make: (clock) =>
      new (class extends MemoryMessageStore {
        override add(...[record, keepMs, claim]: Add) {
          return super.add(record, keepMs * 3, claim);
        }
      })(clock),
  },
  {
    name: 'says to all at once that they are the first',
    says: /to exactly one of 50 at once/u,
    make: (clock) => {
      const said = new Set<string>();
      return new (class extends MemoryMessageStore {
        override async isFirst(what: string) {
          const isFirst = !said.has(what);
          await turn();
          said.add(what);
          return isFirst;
        }
      })(clock);
    },
  },
];

/** Of what is due. */
const wrongDue: readonly WrongStore<'messages'>[] = [
  {
    name: 'gives the latest first',
    says: /those that wait longest first/u,
    make: (clock) =>
      new (class extends MemoryMessageStore {
        override async claimDue(now: number, limit: number, leaseMs: number) {
          return (await super.claimDue(now, limit, leaseMs)).toReversed();
        }
      })(clock),
  },
  {
    name: 'ends a lease too early',
    says: /until the end of the lease/u,
    make: (clock) =>
      new (class extends MemoryMessageStore {
        override claimDue(now: number, limit: number, leaseMs: number) {
          return super.claimDue(now, limit, leaseMs / 2);
        }
      })(clock),
  },
  {
    name: 'keeps a lease whatever replaces the record',
    says: /ends a lease when the record is replaced/u,
    make: (clock) => {
      const leases = new Map<string, number>();
      return new (class extends MemoryMessageStore {
        override async claimDue(now: number, limit: number, leaseMs: number) {
          const ids = await super.claimDue(now, limit, leaseMs);
          const free = ids.filter((id) => now >= (leases.get(id) ?? 0));
          for (const id of free) leases.set(id, now + leaseMs);
          return free;
        }
      })(clock);
    },
  },
  {
    name: 'ends a lease with any replacement',
    says: /keeps a lease when the record is replaced/u,
    make: (clock) =>
      new (class extends MemoryMessageStore {
        override async replace(record: MessageRecord) {
          const { dueAt, ...rest } = record;
          await super.replace(rest);
          return super.replace({ ...record, dueAt, revision: record.revision + 1 });
        }
        override read(id: string) {
          const record = super.read(id);
          return record && { ...record, revision: Math.ceil(record.revision / 2) };
        }
      })(clock),
  },
  {
    name: 'gives a message to two that ask at once',
    says: /to one of several callers at once/u,
    make: (clock) => {
      let last: readonly string[] = [];
      return new (class extends MemoryMessageStore {
        override async claimDue(now: number, limit: number, leaseMs: number) {
          const ids = await super.claimDue(now, limit, leaseMs);
          const both = [...last, ...ids];
          last = ids;
          setImmediate(() => {
            last = [];
          });
          return both;
        }
      })(clock);
    },
  },
  {
    name: 'never makes due what was not due at first',
    says: /follows the record/u,
    make: (clock) =>
      new (class extends MemoryMessageStore {
        override replace(record: MessageRecord) {
          const { dueAt, ...rest } = record;
          return super.replace(this.read(record.id)?.dueAt === undefined ? rest : { ...rest, dueAt });
        }
      })(clock),
  },
];

describe('a wrong store of messages', () => {
  describeWrongStores('messages', [...wrongKeys, ...wrongRecords, ...wrongDue]);
});
