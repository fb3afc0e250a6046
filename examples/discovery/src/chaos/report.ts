import type { Finding } from "./finding.ts";
import type { Result } from "./run.ts";

const count = (number: number): string => number.toLocaleString("en-US");

/** What a scenario showed, a line for each kind of failure and each problem. */
export function reportOf({ scenario, sent, failed, reasons, note, problems }: Finding): string {
  const lines = [`  ${scenario}: ${count(sent)} sent, ${count(failed)} failed; ${note}`];
  for (const [reason, times] of reasons) lines.push(`    ${count(times)} × ${reason}`);
  for (const problem of problems) lines.push(`    PROBLEM: ${problem}`);
  return lines.join("\n");
}

export function problemsOf(results: readonly Result[]): string[] {
  return results.flatMap(({ registry, findings }) =>
    findings.flatMap(({ scenario, problems }) => problems.map((problem) => `${registry}, ${scenario}: ${problem}`)),
  );
}

/** One line about all of it. */
export function summaryOf(results: readonly Result[], seed: number): string {
  const registries = results.map(({ registry }) => registry).join(", ");
  const findings = results.flatMap((result) => result.findings);
  const scenarios = [...new Set(findings.map(({ scenario }) => scenario))].map((scenario) => {
    const own = findings.filter((finding) => finding.scenario === scenario);
    const sum = (key: "sent" | "failed") => count(own.reduce((total, finding) => total + finding[key], 0));
    const notes = own.map(({ note }) => note).join(" / ");
    return `${scenario} ${sum("failed")} of ${sum("sent")} failed (${notes})`;
  });
  const problems = problemsOf(results).length;
  return `chaos: over ${registries}, seed ${seed}: ${scenarios.join("; ")}; ${problems} problems`;
}
