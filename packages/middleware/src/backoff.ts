export interface BackoffOptions {
  /** The first wait, in ms. Default 50. */
  initialMs?: number | undefined;
  /** By how much each wait is longer than the one before. Default 2. */
  multiplier?: number | undefined;
  /** The longest wait, before jitter, in ms. Default 2000. */
  maxMs?: number | undefined;
  /** How far waits are spread to both sides, as a share of them from 0 to 1. Default 0.5. */
  jitter?: number | undefined;
}

/** Gives the wait in ms before the first repeat, the second, …: exponential, with jitter so that clients do not meet. */
export function createBackoff(options: BackoffOptions, random: () => number): (repeat: number) => number {
  const { initialMs = 50, multiplier = 2, maxMs = 2000, jitter = 0.5 } = options;
  return (repeat) => {
    const waitMs = Math.min(initialMs * multiplier ** (repeat - 1), maxMs);
    return waitMs * (1 + jitter * (2 * random() - 1));
  };
}
