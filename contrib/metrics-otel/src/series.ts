import type { Labels } from "@kratos-ts/core";

export interface SeriesOptions<Instrument> {
  /** The declared names. */
  readonly labels: readonly string[];
  /** The most sets of values that are kept; what is more shares one, each of whose labels has the value `overflow`. */
  readonly max: number;
  create(labels: Record<string, string>): Omit<Instrument, "with">;
}

/**
 * An instrument, whose `with` gives one for each set of label values, always the same for the same. What is missing is
 * empty, what is not declared is left out.
 */
export function withSeries<Instrument extends { with(labels: Labels): Instrument }>(
  options: SeriesOptions<Instrument>,
): Instrument {
  const { labels: names, max } = options;
  const known = new Map<string, Instrument>();
  let overflow: Instrument | undefined;
  const create = (labels: Record<string, string>): Instrument =>
    ({ ...options.create(labels), with: (more: Labels) => find({ ...labels, ...more }) }) as Instrument;
  const find = (given: Labels): Instrument => {
    const values = names.map((name) => (Object.hasOwn(given, name) ? String(given[name]) : ""));
    const key = JSON.stringify(values);
    const found = known.get(key);
    if (found !== undefined) return found;
    if (known.size >= max) {
      overflow ??= create(labelled(names, () => "overflow"));
      return overflow;
    }
    const instrument = create(labelled(names, (i) => values[i] as string));
    known.set(key, instrument);
    return instrument;
  };
  return find({});
}

function labelled(names: readonly string[], valueAt: (index: number) => string): Record<string, string> {
  return Object.fromEntries(names.map((name, i) => [name, valueAt(i)]));
}
