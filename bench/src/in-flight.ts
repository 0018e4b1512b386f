/** Does `count` things, always `inFlight` of them at a time. */
export async function inFlight(count: number, width: number, run: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const index = next;
      next += 1;
      await run(index);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
}
