import { createInterface } from 'node:readline/promises';
import { deadlineAfter, maskPhoneNumber, parsePhoneNumber } from '@polysms/core/provider-kit';
import { mob } from '@polysms/provider-mob';
import { StepTable } from './step-table.js';

/** What the real service needs. */
export interface RealRunOptions {
  readonly appKey: string;
  /** E.164. */
  readonly to: string;
  /** A gateway in front of Mob, if there is one. */
  readonly baseUrl: string | undefined;
  readonly input: NodeJS.ReadableStream;
  readonly write: (line: string) => void;
}

/** Mob kills a code after its third check. */
const checks = 3;

/** One verification through the real Mob; the code is asked for on the terminal. */
export async function realRun({ appKey, to: number, baseUrl, input, write }: RealRunOptions): Promise<boolean> {
  const to = parsePhoneNumber(number);
  const provider = mob({ appKey, baseUrl });
  const context = () => ({ deadline: deadlineAfter(10_000) });
  write('The real Mob is asked to send a code.');
  write('');
  const steps = new StepTable(write, provider.id, maskPhoneNumber(to));
  try {
    const { verification } = provider;
    const start = await steps.run('send a verification code', () =>
      verification.start({ id: 'message-1', to }, context()),
    );
    if (start.outcome !== 'accepted') return false;
    for await (const code of typedCodes(input, write)) {
      const check = await steps.run('check the code', () => verification.check({ to, code }, context()));
      if (check.outcome !== 'incorrect') return check.outcome === 'approved';
    }
    return false;
  } finally {
    await provider.close();
  }
}

/** Codes as they are typed, at most as many as Mob checks. */
async function* typedCodes(input: NodeJS.ReadableStream, write: (line: string) => void): AsyncGenerator<string> {
  const terminal = createInterface({ input });
  const lines = terminal[Symbol.asyncIterator]();
  try {
    for (let check = 0; check < checks; check += 1) {
      write('Type the code that arrived:');
      const line = await lines.next();
      if (line.done === true) return write('No code was typed.');
      const code = line.value.trim();
      if (/^\d{4,8}$/.test(code)) yield code;
      // What cannot be a code costs none of Mob's checks.
      else check -= 1;
    }
  } finally {
    terminal.close();
  }
}
