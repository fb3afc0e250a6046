import { describe, expect, it } from "vitest";
import type { Sample } from "../harness/statistics.ts";
import { comparisonTable, judge } from "./comparison.ts";
import { replaceResults } from "./readme.ts";
import { toMarkdown, toText } from "./render.ts";
import type { Section } from "./section.ts";

/** Slices of a second with these calls, each of which cost as many µs of CPU. */
const slices = (calls: number[], microsPerCall: number): Sample[] =>
  calls.map((count) => ({ calls: count, seconds: 1, cpuMicros: count * microsPerCall, rssBytes: 100 * (1 << 20) }));

const comparison = {
  base: "raw",
  samples: new Map([
    ["raw", slices([20_000, 10_000, 30_000], 40)],
    ["ours", slices([18_000, 9_000, 24_000], 50)],
  ]),
};

describe("comparisonTable", () => {
  it("shows calls, CPU and their ratios to the base, paired by round", () => {
    expect(comparisonTable(comparison)).toEqual({
      columns: ["", "calls/s", "ratio to raw", "CPU µs/call", "ratio by CPU", "RSS MB"],
      rows: [
        ["raw", "20,000", "1", "40.0", "1", "100"],
        ["ours", "18,000", "0.90 [0.85–0.90]", "50.0", "0.80 [0.80–0.80]", "100"],
      ],
    });
  });

  it("leaves ratios empty when the base was not measured", () => {
    const { rows } = comparisonTable({ base: "raw", samples: new Map([["ours", slices([1, 2, 3], 50)]]) });
    expect(rows).toEqual([["ours", "2", "", "50.0", "", "100"]]);
  });
});

describe("judge", () => {
  it.each([
    { atLeast: 0.9, held: true },
    { atLeast: 0.91, held: false },
  ])("holds the median against $atLeast", ({ atLeast, held }) => {
    expect(judge(comparison, [{ variant: "ours", of: "raw", atLeast }])).toEqual([
      { goal: `ours ≥ ${atLeast.toFixed(2)} × raw`, measured: "0.90 [0.85–0.90], by CPU 0.80", held },
    ]);
  });

  it("does not call a goal held or missed that was not measured", () => {
    const [result] = judge(comparison, [{ variant: "ours", of: "Go", atLeast: 0.5 }]);
    expect(result).toEqual({ goal: "ours ≥ 0.50 × Go", measured: "not measured", held: undefined });
  });
});

const section: Section = {
  title: "gRPC",
  about: "Calls.",
  table: { columns: ["", "calls/s"], rows: [["raw", "20,000"]] },
  goals: [
    { goal: "ours ≥ 0.90 × raw", measured: "0.95", held: true },
    { goal: "ours ≥ 1.00 × raw", measured: "0.95", held: false },
    { goal: "ours ≥ 0.50 × Go", measured: "not measured", held: undefined },
  ],
  failures: ["peer: did not start\nwith a stack"],
};

describe("rendering", () => {
  it("writes Markdown tables, one line for each failure", () => {
    expect(toMarkdown(section)).toBe(
      [
        "### gRPC",
        "",
        "Calls.",
        "",
        "|  | calls/s |",
        "| --- | ---: |",
        "| raw | 20,000 |",
        "",
        "| goal | measured |  |",
        "| --- | ---: | ---: |",
        "| ours ≥ 0.90 × raw | 0.95 | held |",
        "| ours ≥ 1.00 × raw | 0.95 | missed |",
        "| ours ≥ 0.50 × Go | not measured | unknown |",
        "",
        "* peer: did not start",
      ].join("\n"),
    );
  });

  it("writes aligned columns for the terminal", () => {
    const { goals: _, ...rest } = section;
    expect(toText({ ...rest, goals: [] })).toBe(
      "gRPC\nCalls.\n\n        calls/s\n  raw    20,000\n\npeer: did not start\nwith a stack",
    );
  });
});

describe("replaceResults", () => {
  const readme = "# A\n<!-- results of a -->\nold\n<!-- end of a -->\n## B\n<!-- results of b -->\n<!-- end of b -->\n";

  it("replaces what is between the markers of a part, and nothing else", () => {
    const once = replaceResults(readme, "a", "new");
    expect(once).toBe(readme.replace("old", "new"));
    expect(replaceResults(once, "a", "new")).toBe(once);
  });

  it("keeps what looks like a pattern of String.replace", () => {
    expect(replaceResults(readme, "b", "$& $1")).toContain("<!-- results of b -->\n$& $1\n<!-- end of b -->");
  });

  it("says which marker is missing", () => {
    expect(() => replaceResults(readme, "c", "new")).toThrow("<!-- results of c -->");
  });
});
