/** Label values by label name. */
export type Labels = Readonly<Record<string, string>>;

export interface InstrumentOptions {
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly string[];
}

export interface HistogramOptions extends InstrumentOptions {
  /** Upper bounds of the buckets, in the unit of the name. */
  readonly buckets: readonly number[];
}

/** Only grows. */
export interface Counter {
  /** Default 1. */
  add(value?: number): void;
  /** The counter of these label values; keep it where they are known beforehand. */
  with(labels: Labels): Counter;
}

/** Goes up and down. */
export interface Gauge {
  add(value: number): void;
  set(value: number): void;
  with(labels: Labels): Gauge;
}

/** Counts values by size. */
export interface Histogram {
  record(value: number): void;
  with(labels: Labels): Histogram;
}

/** Makes instruments; the same name gives the same instrument. */
export interface Meter {
  counter(options: InstrumentOptions): Counter;
  gauge(options: InstrumentOptions): Gauge;
  histogram(options: HistogramOptions): Histogram;
}
