import type { SmsProvider } from '@polysms/core/provider-kit';
import type { WrongProvider } from './wrong-provider.js';

export const wrongShape: readonly WrongProvider[] = [
  {
    name: 'forgets the key verification, as a wrapper does',
    suite: 'contract',
    says: /no key verification/u,
    alter: ({ verification: _, ...rest }) => rest as SmsProvider,
  },
  {
    name: 'has no id',
    suite: 'contract',
    says: /id is no text/u,
    alter: (right) => ({ ...right, id: '' }),
  },
  {
    name: 'speaks a version that does not exist',
    suite: 'contract',
    says: /set specification/u,
    alter: (right) => ({ ...right, specification: 'v0' as 'v1' }),
  },
  {
    name: 'says that it sends no templates, and does',
    suite: 'contract',
    says: /sends\.template is false/u,
    alter: (right) => ({ ...right, sends: { text: true, template: false, senderId: true } }),
  },
  {
    name: 'says nothing of sender IDs',
    suite: 'contract',
    says: /sends\.senderId is undefined/u,
    alter: (right) => ({ ...right, sends: { text: true, template: true } as SmsProvider['sends'] }),
  },
  {
    name: 'says that it takes no sender ID, and does',
    suite: 'contract',
    says: /sends\.senderId is false/u,
    alter: (right) => ({ ...right, sends: { ...right.sends, senderId: false } }),
  },
  {
    name: 'has another id whenever it is read',
    suite: 'contract',
    says: /id was memory-1, then memory-2/u,
    alter: (right) => {
      let reads = 0;
      return Object.defineProperty({ ...right }, 'id', {
        get: () => {
          reads += 1;
          return `memory-${reads}`;
        },
      });
    },
  },
  {
    name: 'takes another id when it is closed',
    suite: 'contract',
    says: /id was memory, then closed/u,
    alter: (right) => {
      let id = right.id;
      const close = async () => {
        id = 'closed';
        await right.close();
      };
      return Object.defineProperty({ ...right, close }, 'id', { get: () => id });
    },
  },
  ...(['webhooks', 'events', 'lookup'] as const).flatMap((key): readonly WrongProvider[] => [
    {
      name: `forgets the key ${key}, as a wrapper does`,
      suite: 'contract',
      says: new RegExp(`no key ${key}`, 'u'),
      alter: ({ [key]: _, ...rest }) => rest as SmsProvider,
    },
    {
      name: `has no ${key}, and says that it does`,
      suite: 'contract',
      says: new RegExp(`provider's ${key} is null`, 'u'),
      alter: (right) => ({ ...right, [key]: null }),
    },
  ]),
];
