/** What a check found. A check that holds no tests of its own counts none when it passes. */
export interface Outcome {
  passed: number;
  failed: number;
  skipped: number;
  /** All there is to say when it failed. */
  output: string;
  /** What a reader should know even when it passed: tests that were left out, and why. */
  notes: string[];
}

/** A check that either holds or does not. */
export function verdict(ok: boolean, output: string): Outcome {
  return { passed: 0, failed: ok ? 0 : 1, skipped: 0, output, notes: [] };
}
