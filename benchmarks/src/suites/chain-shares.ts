import type { Bench } from "../harness/bench.ts";
import { callsPerSecond, type Sample, type Spread, spread } from "../harness/statistics.ts";
import { formatCount, formatSpread } from "../report/numbers.ts";
import type { GoalResult, Section } from "../report/section.ts";
import { measure } from "./measure.ts";
import { type ServerSuite, startLoaded } from "./server-runner.ts";

/** What the whole chain may cost. */
const goalMicros = 15;

type Samples = ReadonlyMap<string, readonly Sample[]>;

/** Measures a chain that grows by one middleware with each variant: what each adds to a call, and all of them. */
export async function measureShares(suite: ServerSuite, bench: Bench): Promise<Section> {
  const { title, about, variants } = suite;
  const start = (variant: (typeof variants)[number]) => startLoaded(variant, { suite, bench });
  const { samples, failures } = await measure(variants, { bench, plan: bench.plan, start });
  const order = variants.map(({ name }) => name);
  return { title, about, table: shareTable(samples, order), goals: [judgeChain(samples, order)], failures };
}

/** One row for each variant: what it adds to the one before, and to the first. Times are CPU time. */
export function shareTable(samples: Samples, order: readonly string[]) {
  const first = order[0] as string;
  const rows = order.flatMap((name, i) => {
    const own = samples.get(name);
    if (own === undefined) return [];
    return [
      [
        name,
        formatCount(spread(own.map(callsPerSecond)).median),
        spread(own.map(microsPerCall)).median.toFixed(1),
        i === 0 ? "" : text(addedMicros(samples, { name, to: order[i - 1] as string })),
        i === 0 ? "" : text(addedMicros(samples, { name, to: first })),
      ],
    ];
  });
  return { columns: ["", "calls/s", "CPU µs/call", "its share µs", "beyond bare µs"], rows };
}

/** Whether the last variant, which has the whole chain, costs no more than it may. */
export function judgeChain(samples: Samples, order: readonly string[]): GoalResult {
  const goal = `the whole chain ≤ ${goalMicros} µs a call`;
  const added = addedMicros(samples, { name: order.at(-1) as string, to: order[0] as string });
  if (added === undefined) return { goal, measured: "not measured", held: undefined };
  return { goal, measured: `${text(added)} µs`, held: added.median <= goalMicros };
}

const microsPerCall = ({ cpuMicros, calls }: Sample): number => cpuMicros / calls;

/** The difference of two variants round by round: a disturbance that is longer than a round falls on both. */
function addedMicros(samples: Samples, { name, to }: { name: string; to: string }): Spread | undefined {
  const own = samples.get(name);
  const base = samples.get(to);
  if (own === undefined || base === undefined || own.length !== base.length) return undefined;
  return spread(own.map((sample, round) => microsPerCall(sample) - microsPerCall(base[round] as Sample)));
}

const text = (added: Spread | undefined): string => (added === undefined ? "" : formatSpread(added, 1));
