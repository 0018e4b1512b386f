import { describe, it } from 'vitest';
import { describeSmsProvider } from '../describe-sms-provider.js';
import { everything, memorySubject } from './memory-subject.js';

describeSmsProvider('the memory provider', {
  test: { describe, it },
  capabilities: everything,
  create: () => memorySubject(),
});
