/** What one slice of a benchmark did. */
export interface Sample {
  readonly calls: number;
  readonly seconds: number;
  /** CPU time of the process that is measured, all of its threads. */
  readonly cpuMicros: number;
  /** Its memory at the end of the slice. */
  readonly rssBytes: number;
}

/** The middle of several measurements and how far they lie apart. */
export interface Spread {
  readonly median: number;
  readonly lower: number;
  readonly upper: number;
}

/** What is compared: calls per second of the clock, or per second of CPU time. */
export type Metric = (sample: Sample) => number;

export const callsPerSecond: Metric = ({ calls, seconds }) => calls / seconds;
export const callsPerCpuSecond: Metric = ({ calls, cpuMicros }) => (calls * 1e6) / cpuMicros;

/** The value below which the share `q` (0…1) lies, interpolated between neighbours as NumPy and R (type 7) do. */
export function quantile(values: readonly number[], q: number): number {
  if (values.length === 0) throw new RangeError("no values to take a quantile of");
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * q;
  const below = sorted[Math.floor(place)] as number;
  const above = sorted[Math.ceil(place)] as number;
  return below + (above - below) * (place - Math.floor(place));
}

/** Median and quartiles. */
export function spread(values: readonly number[]): Spread {
  return { median: quantile(values, 0.5), lower: quantile(values, 0.25), upper: quantile(values, 0.75) };
}

/**
 * The ratio of two series round by round. Slices of one round lie close in time, so a disturbance that lasts longer
 * than a round falls on both and leaves their ratio alone.
 */
export function pairedRatio(series: readonly number[], base: readonly number[]): Spread {
  if (series.length !== base.length)
    throw new RangeError(`${series.length} slices can't be paired with ${base.length}`);
  return spread(series.map((value, round) => value / (base[round] as number)));
}
