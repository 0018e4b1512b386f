import { describe, it } from 'vitest';
import { describeSmsProvider } from '../describe-sms-provider.js';
import { memorySubject } from './memory-subject.js';

const capabilities = { text: false, template: true, senderId: false, verification: true };

describeSmsProvider('the memory provider without texts', {
  test: { describe, it },
  capabilities,
  create: () => memorySubject({ capabilities }),
  differences: { slack: { ms: 80, reason: 'to see it in the title' } },
});
