/** Lets the event loop turn, so that what has reached this process (the end of a connection) is noticed. */
export async function turnEventLoop(times = 1): Promise<void> {
  for (let turn = 0; turn < times; turn += 1) {
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
}
