/** What is wrong with the answer to an input, and not mended yet. An entry that no longer applies is a failure. */
export interface KnownBug {
  /** The outcome there is instead. */
  readonly outcome: string;
  readonly why: string;
}

/** By the names of the cases. */
export const knownBugs: Readonly<Record<string, KnownBug>> = {};
