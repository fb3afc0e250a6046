import type { GoalResult, Section, Table } from "./section.ts";

/** A section as Markdown. */
export function toMarkdown({ title, about, table, goals, failures }: Section): string {
  const parts = [`### ${title}`, about, markdownTable(table)];
  if (goals.length > 0) parts.push(markdownTable(goalTable(goals)));
  if (failures.length > 0) parts.push(failures.map((failure) => `* ${failure.split("\n")[0]}`).join("\n"));
  return parts.join("\n\n");
}

/** A section for the terminal. */
export function toText({ title, about, table, goals, failures }: Section): string {
  const parts = [`${title}\n${about}`, textTable(table)];
  if (goals.length > 0) parts.push(textTable(goalTable(goals)));
  if (failures.length > 0) parts.push(failures.join("\n"));
  return parts.join("\n\n");
}

const verdicts = new Map([
  [true, "held"],
  [false, "missed"],
]);

function goalTable(goals: readonly GoalResult[]): Table {
  return {
    columns: ["goal", "measured", ""],
    rows: goals.map(({ goal, measured, held }) => [goal, measured, verdicts.get(held as boolean) ?? "unknown"]),
  };
}

function markdownTable({ columns, rows }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const rule = columns.map((_, i) => (i === 0 ? "---" : "---:"));
  return [line(columns), line(rule), ...rows.map(line)].join("\n");
}

function textTable({ columns, rows }: Table): string {
  const widths = columns.map((column, i) => Math.max(column.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join("   ");
  return [columns, ...rows].map((cells) => `  ${line(cells)}`.trimEnd()).join("\n");
}
