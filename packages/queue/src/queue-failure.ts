import { SmsError } from '@polysms/core/stores';

/** What Redis says may repeat the arguments of a command, texts among them: it is not passed on. */
export async function added(withinMs: number, add: () => Promise<unknown>): Promise<void> {
  try {
    await within(withinMs, add);
  } catch (error) {
    const message =
      `Redis did not confirm that it has the message${codeOf(error)}, so it may be in the queue or not. Enqueue it again ` +
      'with the same idempotencyKey.';
    throw new SmsError({ code: 'store_unavailable', outcome: 'unknown', message });
  }
}

export async function asked<Answer>(withinMs: number, ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await within(withinMs, ask);
  } catch (error) {
    const message = `Redis did not answer${codeOf(error)}, so nothing is known of the queue now. Ask again.`;
    throw new SmsError({ code: 'store_unavailable', outcome: 'not-sent', message });
  }
}

/** The word with which Redis begins an error, in brackets: `OOM` says that it is full, `NOPERM` that a right is missing. */
export function codeOf(error: unknown): string {
  const code =
    error instanceof Error && error.name === 'ReplyError' ? /^[A-Z]{3,}\b/.exec(error.message)?.[0] : undefined;
  return code === undefined ? '' : ` (${code})`;
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
