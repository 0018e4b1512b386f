import { startSimulator } from '@polysms/simulator';
import { expect, onTestFinished, test } from 'vitest';
import { dialects } from './dialects.js';

test('no vendor ignores a name in its settings that JavaScript has for its own', async () => {
  const box = await startSimulator({ dialects });
  onTestFinished(() => box.close());
  const template = { text: 'Hello', kind: 'notice' };
  const cases = [
    ['mob', 'templates', { text: 'Hello' }],
    ['twilio', 'templates', 'Hello'],
    ['twilio', 'apiKeys', 'secret'],
    ['aliyun', 'templates', template],
    ['aliyun', 'signatures', 'approved'],
    ['aliyun', 'receipts', 'PORT_NOT_REGISTERED'],
  ] as const;
  for (const [vendor, setting, value] of cases) {
    // As JSON has it: in a literal it would be no name at all.
    const body = `{"${setting}":{"__proto__":${JSON.stringify(value)}}}`;
    const answer = await fetch(`${box.url}/api/vendors/${vendor}/settings`, { method: 'POST', body });
    const { error } = (await answer.json()) as { error: string };
    expect([vendor, answer.status, error]).toEqual([
      vendor,
      400,
      expect.stringContaining(`${setting}: must have no name called __proto__`),
    ]);
  }
});
