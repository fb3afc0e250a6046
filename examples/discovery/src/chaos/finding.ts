import type { Load } from "./load.ts";

/** What one scenario showed. */
export interface Finding {
  readonly scenario: string;
  readonly sent: number;
  readonly failed: number;
  readonly reasons: ReadonlyMap<string, number>;
  /** What is to be known beside the failures. */
  readonly note: string;
  /** What must not be; empty when all is well. */
  readonly problems: readonly string[];
}

interface Told {
  readonly note?: string;
  readonly problems?: readonly string[];
  /** How many failures the fault excuses. Default 0. */
  readonly excused?: number;
}

/** Of a load that has ended. */
export function findingOf(scenario: string, load: Load, { note = "", problems = [], excused = 0 }: Told = {}): Finding {
  const { sent, failed, reasons } = load;
  const of = () => [...reasons].map(([reason, times]) => `${times} × ${reason}`).join(", ");
  const unexcused = failed > excused ? [`${failed - excused} calls failed that had no reason to, of ${of()}`] : [];
  return { scenario, sent, failed, reasons, note, problems: [...unexcused, ...problems] };
}
