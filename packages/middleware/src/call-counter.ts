import type { CallInfo, Counter, Meter } from "@kratos-ts/core";

export interface CallCounterOptions {
  readonly name: string;
  readonly help: string;
}

/** Makes a counter by `kind` (side) and `operation`; gives the one of each method, none without a meter. */
export function callCounter(
  meter: Meter | undefined,
  options: CallCounterOptions,
): (info: CallInfo) => Counter | undefined {
  const counter = meter?.counter({ ...options, labels: ["kind", "operation"] });
  return ({ side, operation }) => counter?.with({ kind: side, operation });
}
