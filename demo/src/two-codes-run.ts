import { createSmsClient, type SmsClient } from '@polysms/core';
import { mob } from '@polysms/provider-mob';
import { type MockProvider, mock } from '@polysms/provider-mock';
import { type BoxProcess, startBoxProcess } from './box-process.js';

const appKey = 'demo-app-key';

/**
 * Two people ask for a code while Mob's answers are lost: each gets one from Mob and one from the next provider.
 * The first types Mob's, the second ours. Then somebody floods a number.
 */
export async function twoCodesRun(write: (line: string) => void): Promise<boolean> {
  await using box = await startBoxProcess(appKey);
  const texts = mock({ id: 'texts', sends: { template: false }, verification: false });
  await using sms = createSmsClient({ providers: [mob({ appKey, baseUrl: box.mob }), texts] });
  write(
    'Mob, which makes and checks codes, and texts, which carries ours. The answers of Mob are lost after the write.',
  );
  write('');
  const isFirstRight = await verify(sms, box, texts, '+8613800138000', 'mob', write);
  write('');
  const isSecondRight = await verify(sms, box, texts, '+8613900139000', 'texts', write);
  write('');
  return (await flood(sms, texts, write)) && isFirstRight && isSecondRight;
}

async function verify(
  sms: SmsClient,
  box: BoxProcess,
  texts: MockProvider,
  to: string,
  typed: 'mob' | 'texts',
  write: (line: string) => void,
): Promise<boolean> {
  await box.fail({ kind: 'drop', when: 'after-processing' });
  const { id, attempts } = await sms.verifications.start({ to, purpose: 'login' });
  const path = attempts.map(({ provider, outcome, code }) => [provider, outcome, code].filter(Boolean).join(' '));
  write(row('start', path.join(', ')));

  const issued = (await box.messages()).filter((message) => message.to === to).at(-1)?.code ?? '';
  const text = texts.outbox.findLast((message) => message.to === to);
  const words = text?.kind === 'text' ? text.text : '';
  const codes = { mob: issued, texts: /\d{6}/.exec(words)?.[0] ?? '' };
  write(row('the phone receives', `from mob: a code, ${'*'.repeat(codes.mob.length)}`));
  write(row('', `from texts: ${words.replace(codes.texts, '*'.repeat(codes.texts.length))}`));

  const results = [];
  for (const issuer of [typed, typed === 'mob' ? 'texts' : 'mob'] as const) {
    const { outcome } = await sms.verifications.check({ id, code: codes[issuer] });
    write(row(`check the code of ${issuer}`, outcome));
    results.push(outcome);
  }
  return results.join() === 'approved,not-found';
}

/** Twenty requests for one number at once, and then for thirty of its neighbours. */
async function flood(sms: SmsClient, texts: MockProvider, write: (line: string) => void): Promise<boolean> {
  const numbers = Array.from({ length: 30 }, (_, index) => `+86137001370${String(index).padStart(2, '0')}`);
  const [victim = ''] = numbers;
  const waits = new Map<string, string>();
  sms.on('denied', ({ code, scope, retryAfterMs = 0 }) => {
    waits.set(`${code} (${scope})`, `try again in ${Math.ceil(retryAfterMs / 60_000)} min`);
  });
  const before = texts.outbox.length;
  const ask = async (requested: readonly string[]) => {
    const settled = await Promise.allSettled(requested.map((to) => sms.verifications.start({ to, via: ['texts'] })));
    return settled.filter(({ status }) => status === 'fulfilled').length;
  };
  const denials = () => [...waits].map(([denial, wait]) => `${denial}, ${wait}`).join('; ');
  const toOne = await ask(Array.from({ length: 20 }, () => victim));
  write(row('20 requests for one number', `${toOne} sent; ${denials()}`));
  waits.clear();
  const toNeighbours = await ask(numbers.slice(1));
  write(row('29 for its neighbours', `${toNeighbours} sent; ${denials()}`));
  return toOne === 1 && toNeighbours === 19 && texts.outbox.length - before === 20;
}

function row(step: string, result: string): string {
  return `${step.padEnd(28)}${result}`.trimEnd();
}
