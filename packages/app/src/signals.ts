import { constants } from "node:os";

// One Ctrl-C below `npm start` comes twice: from the terminal, and again from npm.
const sameSignalMs = 200;

/**
 * Calls `onFirst` at the first of these signals; the next one ends the process at once, with the exit code a shell
 * gives it: 128 + its number. The same signal within 200 ms is taken for an echo of the first. The function it returns
 * gives the signals back to the process.
 */
export function watchSignals(
  signals: readonly NodeJS.Signals[],
  onFirst: (signal: NodeJS.Signals) => void,
): () => void {
  let first: { signal: NodeJS.Signals; at: number } | undefined;
  const listener = (signal: NodeJS.Signals): void => {
    if (first === undefined) {
      first = { signal, at: performance.now() };
      onFirst(signal);
    } else if (signal !== first.signal || performance.now() - first.at > sameSignalMs) {
      process.exit(128 + constants.signals[signal]);
    }
  };
  for (const signal of signals) process.on(signal, listener);
  return () => {
    for (const signal of signals) process.off(signal, listener);
  };
}
