/** Labels of an example of what was counted, such as the trace; undefined: none. */
export type ExemplarLabels = () => Readonly<Record<string, string>> | undefined;

/** An example of what was counted, as prom-client keeps it. */
export interface Exemplar {
  readonly labelSet: Readonly<Record<string, string>>;
  readonly value: number;
  /** In seconds since the Unix epoch. */
  readonly timestamp: number;
}

// https://prometheus.io/docs/specs/om/open_metrics_spec/#exemplars
const maxCharacters = 128;

/** The exemplar of a value, where there is one, and it is short enough for OpenMetrics. */
export function exemplarOf(labels: ExemplarLabels, value: number): Exemplar | undefined {
  try {
    const labelSet = labels();
    if (labelSet === undefined) return undefined;
    let characters = 0;
    for (const name in labelSet) characters += name.length + String(labelSet[name]).length;
    if (characters === 0 || characters > maxCharacters) return undefined;
    return { labelSet, value, timestamp: Date.now() / 1000 };
  } catch {
    return undefined; // a metric without it is better than none
  }
}
