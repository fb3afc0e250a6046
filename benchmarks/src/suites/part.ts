import type { Bench } from "../harness/bench.ts";
import type { Section } from "../report/section.ts";

/** A part of the benchmarks that can be run alone. */
export type Part = (bench: Bench) => AsyncIterable<Section>;
