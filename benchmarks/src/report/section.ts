/** A table of text; the first column is the name of what was measured. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A goal and whether it was reached. */
export interface GoalResult {
  readonly goal: string;
  readonly measured: string;
  /** Undefined when it could not be measured. */
  readonly held: boolean | undefined;
}

/** What one suite has to tell. */
export interface Section {
  readonly title: string;
  /** What was done, in a sentence or two. */
  readonly about: string;
  readonly table: Table;
  readonly goals: readonly GoalResult[];
  /** What went wrong. */
  readonly failures: readonly string[];
}
