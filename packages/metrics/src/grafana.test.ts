import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { callContext, callInfo, streamOf } from "../testdata/calls.ts";
import { clientMetrics, serverMetrics } from "./call-metrics.ts";
import { createMetrics } from "./create-metrics.ts";

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

const dashboard: { panels: Panel[]; templating: { list: { query: unknown }[] } } = JSON.parse(
  readFileSync(join(import.meta.dirname, "../grafana.json"), "utf8"),
);
const targets = dashboard.panels.flatMap((panel) => panel.targets ?? []);

/** The samples of a service that has served and made a call of each kind, by name, each with the names of its labels. */
async function samples(): Promise<Map<string, Set<string>>> {
  const metrics = createMetrics();
  for (const side of ["server", "client"] as const) {
    const middleware = side === "server" ? serverMetrics(metrics) : clientMetrics(metrics);
    const handler = middleware(async () => streamOf([1]), callInfo(side, "bidi_streaming"));
    for await (const _ of await handler(streamOf([1]), callContext(side, ["content-length", "1"])));
  }
  const found = new Map<string, Set<string>>();
  for (const [, name = "", labels = ""] of (await metrics.text()).matchAll(/^(\w+)(?:\{(.*)\})? /gm)) {
    const names = found.get(name) ?? new Set(["job", "instance"]);
    for (const [, label = ""] of labels.matchAll(/(\w+)="/g)) names.add(label);
    found.set(name, names);
  }
  // There is none before the first collection of garbage.
  return found.set("nodejs_gc_duration_seconds_sum", new Set(["job", "instance", "kind"]));
}

test("each query of the dashboard asks for metrics and labels that there are", async () => {
  const known = await samples();
  const asked = targets.flatMap(({ expr }) => [...expr.matchAll(/(\w+)\{([^}]*)\}/g)]);
  expect(asked.length).toBeGreaterThan(20);
  const unknown = asked.flatMap(([, name = "", labels = ""]) => {
    const wanted = [...labels.matchAll(/(\w+)=~/g)].map(([, label = ""]) => label);
    return wanted.filter((label) => !known.get(name)?.has(label)).map((label) => `${name}{${label}}`);
  });
  expect(unknown).toEqual([]);
});

test("each legend shows labels that its query keeps", () => {
  const wrong = targets.filter(({ expr, legendFormat }) => {
    const kept = /by \(([^)]*)\)/.exec(expr)?.[1]?.split(", ") ?? ["instance"];
    return [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].some(([, label = ""]) => !kept.includes(label));
  });
  expect(wrong).toEqual([]);
});

test("every metric of calls is on the dashboard", async () => {
  const text = JSON.stringify(targets);
  const names = [...(await samples()).keys()].filter((name) => /^(server|client)_/.test(name));
  const families = new Set(names.map((name) => name.replace(/_(bucket|sum|count)$/, "")));
  expect([...families].filter((name) => !text.includes(name))).toEqual([]);
});

test("panels have ids of their own", () => {
  const ids = dashboard.panels.map((panel) => panel.id);
  expect(new Set(ids).size).toBe(ids.length);
});
