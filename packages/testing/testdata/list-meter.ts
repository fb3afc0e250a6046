import type { HistogramOptions, InstrumentOptions, Labels } from "@kratos-ts/core";
import type { CollectedPoint, MeterSubject } from "../src/index.ts";

/** What a meter does wrong, to see that its contract tells. */
export interface MeterFaults {
  add?(current: number, value: number): number;
  /** Whether a bound is part of its bucket. */
  isWithin?(value: number, bound: number): boolean;
  keyOf?(labels: Labels): string;
  readonly max?: number;
  /** Takes any instrument for the one that has the name. */
  readonly careless?: boolean;
  /** Makes a new instrument each time. */
  readonly forgetful?: boolean;
}

interface Point {
  readonly labels: Labels;
  readonly values: number[];
  value: number;
}

interface Instrument {
  readonly kind: string;
  readonly names: readonly string[];
  readonly buckets: readonly number[];
  readonly points: Map<string, Point>;
}

/** A meter that keeps its values in lists, as the contract wants it but for its faults. */
export function listMeter(faults: MeterFaults = {}): MeterSubject {
  const { max = 2000, keyOf = (labels) => JSON.stringify(labels), careless = false, forgetful = false } = faults;
  const { add = (a, b) => a + b, isWithin = (value, bound) => value <= bound } = faults;
  const instruments = new Map<string, Instrument>();

  const find = (kind: string, { name, labels = [] }: InstrumentOptions, buckets: readonly number[] = []) => {
    const names = [...labels].sort();
    const found = instruments.get(name);
    if (found !== undefined && !careless && (found.kind !== kind || `${found.names}` !== `${names}`))
      throw new Error(`${name} is taken`);
    const instrument = !forgetful && found ? found : { kind, names, buckets, points: new Map() };
    instruments.set(name, instrument);
    return instrument;
  };

  const pointOf = ({ names, points }: Instrument, given: Labels): Point => {
    const full = Object.fromEntries(names.map((name) => [name, given[name] ?? ""]));
    const overflow = Object.fromEntries(names.map((name) => [name, "overflow"]));
    const labels = points.size < max || points.has(keyOf(full)) ? full : overflow;
    const point = points.get(keyOf(labels)) ?? { labels, value: 0, values: [] };
    points.set(keyOf(labels), point);
    return point;
  };

  const bind = (instrument: Instrument, labels: Labels) => {
    const change = (next: (point: Point) => number): void => {
      const point = pointOf(instrument, labels);
      const value = next(point);
      if (Number.isFinite(value)) point.value = value;
    };
    return {
      add(value = 1) {
        if (instrument.kind === "gauge" || value >= 0) change((point) => add(point.value, value));
      },
      set: (value: number) => change(() => value),
      record(value: number) {
        if (Number.isFinite(value)) pointOf(instrument, labels).values.push(value);
      },
      with: (more: Labels) => bind(instrument, { ...labels, ...more }) as never,
    };
  };

  const collected = ({ kind, buckets }: Instrument, { labels, value, values }: Point): CollectedPoint => {
    if (kind !== "histogram") return { labels, value };
    const within = buckets.map((bound) => [bound, values.filter((each) => isWithin(each, bound)).length] as const);
    return { labels, count: values.length, sum: values.reduce((a, b) => a + b, 0), buckets: new Map(within) };
  };

  return {
    meter: {
      counter: (options) => bind(find("counter", options), {}),
      gauge: (options) => bind(find("gauge", options), {}),
      histogram: (options: HistogramOptions) => bind(find("histogram", options, options.buckets), {}),
    },
    async collect(name) {
      const instrument = instruments.get(name);
      return instrument === undefined
        ? []
        : [...instrument.points.values()].map((point) => collected(instrument, point));
    },
  };
}
