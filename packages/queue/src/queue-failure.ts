import { SmsError } from '@polysms/core/stores';

/** What Redis says may repeat the arguments of a command, texts among them: it is not passed on. */
export async function added(withinMs: number, add: () => Promise<unknown>): Promise<void> {
  try {
    await within(withinMs, add);
  } catch {
    const message =
      'Redis did not confirm that it has the message, so it may be in the queue or not. Enqueue it again with the same ' +
      'idempotencyKey.';
    throw new SmsError({ code: 'store_unavailable', outcome: 'unknown', message });
  }
}

export async function asked<Answer>(withinMs: number, ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await within(withinMs, ask);
  } catch {
    const message = 'Redis did not answer, so nothing is known of the queue now. Ask again.';
    throw new SmsError({ code: 'store_unavailable', outcome: 'not-sent', message });
  }
}

/** A connection that waits for a restart of Redis would wait without end. */
async function within<Answer>(ms: number, ask: () => Promise<Answer>): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('late')), ms);
  });
  try {
    return await Promise.race([ask(), late]);
  } finally {
    clearTimeout(timer);
  }
}
