import type { MessageFilter, Messages } from '../world/messages.js';
import type { BoxMessage } from './contract.js';

/** The messages that somebody asks for, or else, once one comes, that one. Nothing when the time is up. */
export function messagesWithin(
  messages: Messages,
  filter: MessageFilter,
  waitMs: number,
  signal: AbortSignal,
): Promise<readonly BoxMessage[]> {
  const found = messages.find(filter);
  if (found.length > 0 || waitMs === 0) return Promise.resolve(found);
  return new Promise((resolve) => {
    const settle = (result: readonly BoxMessage[]) => {
      clearTimeout(timer);
      stop();
      signal.removeEventListener('abort', leave);
      resolve(result);
    };
    const leave = () => settle([]);
    const timer = setTimeout(leave, waitMs);
    const stop = messages.listen(({ message, failed }) => {
      if (failed !== undefined || (filter.to !== undefined && filter.to !== message.to)) return;
      if (filter.vendor === undefined || filter.vendor === message.vendor) settle([message]);
    });
    signal.addEventListener('abort', leave);
  });
}
