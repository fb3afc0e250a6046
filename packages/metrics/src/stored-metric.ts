import type { InstrumentOptions } from "@kratos-ts/core";
import type { Metric, Registry } from "prom-client";
import type { Exemplar } from "./exemplar.ts";

/** A value as prom-client writes it. */
export interface StoredValue {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  readonly metricName?: string;
  readonly exemplar?: Exemplar | undefined;
}

interface Series {
  /** Whether anything was counted. */
  readonly used: boolean;
  values(name: string): StoredValue[];
  reset(): void;
}

/**
 * A metric in a registry of prom-client, with values of our own: prom-client looks them up by their labels at each
 * change, while here whoever counts holds the series in hand, and each call changes four.
 */
export class StoredMetric<S extends Series> {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly aggregator = "sum";
  readonly #isPlain: boolean;
  readonly #series: S[] = [];

  constructor(type: string, { name, help, labels = [] }: InstrumentOptions, registry: Registry) {
    checkNames(name, labels);
    this.type = type;
    this.name = name;
    this.help = help;
    this.#isPlain = labels.length === 0;
    registry.registerMetric(this as unknown as Metric);
  }

  add(series: S): S {
    this.#series.push(series);
    return series;
  }

  /** What prom-client asks for. A metric without labels is there from the beginning, as 0. */
  async get() {
    const { name, help, type, aggregator } = this;
    const values = this.#series.flatMap((series) => (series.used || this.#isPlain ? series.values(name) : []));
    return { name, help, type, aggregator, values };
  }

  reset(): void {
    for (const series of this.#series) series.reset();
  }
}

/** The series of a counter or a gauge. */
export class NumberSeries implements Series {
  value = 0;
  used = false;
  exemplar: Exemplar | undefined;
  readonly #labels: Record<string, string>;

  constructor(labels: Record<string, string>) {
    this.#labels = labels;
  }

  set(value: number): void {
    this.value = value;
    this.used = true;
  }

  values(): StoredValue[] {
    return [{ labels: this.#labels, value: this.value, exemplar: this.exemplar }];
  }

  reset(): void {
    this.value = 0;
    this.exemplar = undefined;
  }
}

export class HistogramSeries implements Series {
  #count = 0;
  #sum = 0;
  readonly #labels: Record<string, string>;
  readonly #bounds: readonly number[];
  /** Each bucket by itself; the last is for what is more than all bounds. */
  readonly #counts: number[];
  readonly #exemplars: (Exemplar | undefined)[] = [];

  constructor(labels: Record<string, string>, bounds: readonly number[]) {
    this.#labels = labels;
    this.#bounds = bounds;
    this.#counts = Array(bounds.length + 1).fill(0);
  }

  get used(): boolean {
    return this.#count > 0;
  }

  record(value: number, exemplar: Exemplar | undefined): void {
    let bucket = 0;
    while (bucket < this.#bounds.length && value > (this.#bounds[bucket] as number)) bucket++;
    (this.#counts[bucket] as number)++;
    this.#count++;
    this.#sum += value;
    if (exemplar !== undefined) this.#exemplars[bucket] = exemplar;
  }

  values(name: string): StoredValue[] {
    let value = 0;
    const buckets = this.#counts.map((count, i) => {
      value += count;
      const labels = { le: this.#bounds[i] ?? "+Inf", ...this.#labels };
      return { metricName: `${name}_bucket`, labels, value, exemplar: this.#exemplars[i] };
    });
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels: this.#labels, value: this.#sum },
      { metricName: `${name}_count`, labels: this.#labels, value: this.#count },
    ];
  }

  reset(): void {
    this.#count = 0;
    this.#sum = 0;
    this.#counts.fill(0);
    this.#exemplars.length = 0;
  }
}

/** https://prometheus.io/docs/concepts/data_model/#metric-names-and-labels */
function checkNames(name: string, labels: readonly string[]): void {
  if (!/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name))
    throw new TypeError(`the name of a metric has letters, digits, _ and : only, got ${JSON.stringify(name)}`);
  for (const label of labels)
    if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(label) || label.startsWith("__") || label === "le" || label === "quantile")
      throw new TypeError(`${name}: the name of a label has letters, digits and _ only, got ${JSON.stringify(label)}`);
}
