/** The part of vitest's JSON report that is read here. */
export interface TestReport {
  readonly testResults: readonly {
    /** The path of the file. */
    readonly name: string;
    readonly assertionResults: readonly {
      readonly ancestorTitles: readonly string[];
      readonly title: string;
      readonly status: string;
    }[];
  }[];
}

interface Count {
  passed: number;
  known: number;
  failed: number;
  leftOut: number;
}

/** One line on the vectors and the matrix, counted from a run of the tests; undefined where they were not run. */
export function interopSummary(report: TestReport): string | undefined {
  const vectors = newCount();
  const matrix = newCount();
  for (const { name, assertionResults } of report.testResults) {
    if (!/[\\/]interop[\\/]src[\\/]/.test(name)) continue;
    for (const { ancestorTitles, title, status } of assertionResults) {
      if (ancestorTitles.some((ancestor) => ancestor.startsWith("vectors of "))) add(vectors, title, status);
      else if (ancestorTitles.includes("matrix")) add(matrix, title, status);
    }
  }
  if (total(vectors) + total(matrix) === 0) return undefined;
  return `interop: ${total(vectors)} vectors (${text(vectors)}), ${total(matrix)} matrix cells (${text(matrix)})`;
}

function newCount(): Count {
  return { passed: 0, known: 0, failed: 0, leftOut: 0 };
}

function add(count: Count, title: string, status: string): void {
  if (status === "failed") count.failed++;
  else if (status !== "passed") count.leftOut++;
  else if (title.endsWith("(known difference)")) count.known++;
  else count.passed++;
}

function total({ passed, known, failed, leftOut }: Count): number {
  return passed + known + failed + leftOut;
}

function text({ passed, known, failed, leftOut }: Count): string {
  const parts = [`${passed} passed`, `${known} known differences`, `${failed} failed`];
  return leftOut === 0 ? parts.join(", ") : [...parts, `${leftOut} left out`].join(", ");
}
