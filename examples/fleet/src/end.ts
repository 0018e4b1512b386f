/** Ends this process in order: by a signal, or when the process that started it is gone. */
export function whenToldToEnd(end: () => Promise<void>): void {
  let isEnding = false;
  const begin = () => {
    if (isEnding) return;
    isEnding = true;
    void end().then(() => process.exit(0));
  };
  process.once('SIGTERM', begin);
  process.once('disconnect', begin);
  // Ctrl+C reaches every process of the terminal: the first one ends the others.
  process.on('SIGINT', () => {});
}
