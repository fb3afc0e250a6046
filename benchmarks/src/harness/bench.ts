import type { Pins } from "./pinning.ts";
import type { GoProgram } from "./programs.ts";
import type { SlicePlan } from "./slices.ts";

/** How long everything takes. */
export interface Plan extends SlicePlan {
  /** How often each program is started. */
  readonly startUps: number;
  /** Of the part that has a fixed rate. */
  readonly fixedRate: SlicePlan;
}

/** About 13 minutes for all parts. */
export const fullPlan: Plan = {
  rounds: 12,
  sliceMs: 500,
  warmUpMs: 2500,
  startUps: 9,
  fixedRate: { rounds: 5, sliceMs: 2000, warmUpMs: 2500 },
};

/** Under 3 minutes: tells that everything runs, and what is far off. */
export const quickPlan: Plan = {
  rounds: 3,
  sliceMs: 250,
  warmUpMs: 500,
  startUps: 3,
  fixedRate: { rounds: 2, sliceMs: 500, warmUpMs: 500 },
};

/** What every suite is run with. */
export interface Bench {
  readonly plan: Plan;
  readonly pins: Pins;
  readonly go: GoProgram;
  /** A folder for files that only live as long as the run. */
  readonly scratch: string;
  readonly signal: AbortSignal;
}
