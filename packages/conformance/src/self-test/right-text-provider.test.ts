import { describe, it } from 'vitest';
import { describeSmsProvider } from '../describe-sms-provider.js';
import { memorySubject } from './memory-subject.js';

const capabilities = { text: true, template: false, senderId: false, verification: false };

describeSmsProvider('the memory provider without templates and codes', {
  test: { describe, it },
  capabilities,
  create: async () => memorySubject({ capabilities }),
  seed: 20,
});
