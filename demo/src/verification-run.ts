import { deadlineAfter, maskPhoneNumber, parsePhoneNumber } from '@polysms/core/provider-kit';
import { mob } from '@polysms/provider-mob';
import { startBoxProcess } from './box-process.js';
import { StepTable } from './step-table.js';

const to = parsePhoneNumber('+8613800138000');
const appKey = 'demo-app-key';

/** One verification against a simulated Mob: send a code, read it from the phone, check a wrong and the right one. */
export async function verificationRun(write: (line: string) => void): Promise<boolean> {
  await using box = await startBoxProcess(appKey);
  write(`A simulated Mob answers at ${box.mob}, in a process of its own.`);
  write('');
  const provider = mob({ appKey, baseUrl: box.mob });
  const { verification } = provider;
  const context = () => ({ deadline: deadlineAfter(10_000) });
  const steps = new StepTable(write, provider.id, maskPhoneNumber(to));
  try {
    const start = await steps.run('send a verification code', () =>
      verification.start({ id: 'message-1', to }, context()),
    );
    if (start.outcome !== 'accepted') return false;

    const code = (await box.messages()).at(-1)?.code;
    if (code === undefined) throw new Error('The simulated phone has received no code.');
    const wrong = code === '0000' ? '0001' : '0000';
    const refusal = await steps.run('check a wrong code', () => verification.check({ to, code: wrong }, context()));
    const approval = await steps.run('check the code on the phone', () => verification.check({ to, code }, context()));
    return refusal.outcome === 'incorrect' && approval.outcome === 'approved';
  } finally {
    await provider.close();
  }
}
