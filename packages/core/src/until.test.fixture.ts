/**
 * Waits until something is so. The time limit of the test alone ends the wait: on a busy machine all comes later.
 */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 1));
}
