interface Sample {
  readonly name: string;
  readonly labels: Record<string, string>;
  readonly value: number;
}

interface Point {
  readonly labels: Record<string, string>;
  readonly buckets?: Map<number, number>;
  value?: number;
  sum?: number;
  count?: number;
}

/** The points of a metric in a text of Prometheus or OpenMetrics. */
export function pointsOf(text: string, name: string): Point[] {
  const points = new Map<string, Point>();
  for (const sample of samplesIn(text)) {
    const part = sample.name === name ? "value" : partOf(sample.name, name);
    if (part === undefined) continue;
    const { le, ...labels } = sample.labels;
    const key = JSON.stringify(Object.entries(labels).sort());
    const point: Point = points.get(key) ?? { labels, ...(part !== "value" && { buckets: new Map() }) };
    points.set(key, point);
    if (part === "bucket") point.buckets?.set(Number(le?.replace("+Inf", "Infinity")), sample.value);
    else point[part] = sample.value;
  }
  return [...points.values()];
}

function partOf(sample: string, name: string) {
  // A counter that is not called so becomes one in OpenMetrics.
  if (sample === `${name}_total`) return "value" as const;
  return (["bucket", "sum", "count"] as const).find((part) => sample === `${name}_${part}`);
}

function samplesIn(text: string): Sample[] {
  return text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map(sampleOf);
}

function sampleOf(line: string): Sample {
  const [, name = "", labels = "", value] = /^([\w:]+)(?:\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\})? (\S+)/.exec(line) ?? [];
  const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label = "", text = ""]) => [
    label,
    text.replace(/\\(.)/g, (_, char) => (char === "n" ? "\n" : char)),
  ]);
  return { name, labels: Object.fromEntries(pairs), value: Number(value) };
}
