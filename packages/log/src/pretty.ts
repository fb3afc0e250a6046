import { styleText } from "node:util";

const colors = { DEBUG: "gray", INFO: "green", WARN: "yellow", ERROR: "red" } as const;

/** A line of JSON as people read it: time, level, message, fields; the stacks of errors below. */
export function prettyLine(json: string, colored: boolean): string {
  const { time, level, msg, ...fields } = JSON.parse(json) as Record<string, unknown>;
  const paint = (style: Parameters<typeof styleText>[0], text: string): string =>
    colored ? styleText(style, text, { validateStream: false }) : text;
  const name = String(level);
  const head = [
    paint("gray", String(time).slice(11, 23)),
    paint(colors[name as keyof typeof colors] ?? "white", name.padEnd(5)),
    paint("bold", printable(String(msg))),
  ];
  const pairs = Object.entries(fields).map(
    ([key, value]) => `${paint("cyan", printable(key))}=${printable(valueText(value))}`,
  );
  const stacks = Object.values(fields).flatMap(stackOf);
  return `${[...head, ...pairs].join(" ")}\n${stacks.map((stack) => `${paint("gray", stack)}\n`).join("")}`;
}

function valueText(value: unknown): string {
  if (typeof value === "string") return /^[\w./:@+-]+$/.test(value) ? value : JSON.stringify(value);
  return isError(value) ? JSON.stringify(`${value.name}: ${value.message}`) : JSON.stringify(value);
}

function stackOf(value: unknown): string[] {
  return isError(value) ? value.stack.split("\n").map((line) => `    ${printable(line.trim())}`) : [];
}

function isError(value: unknown): value is Required<Error> {
  return typeof value === "object" && value !== null && typeof (value as { stack?: unknown }).stack === "string";
}

/** What a caller sent is not to move the cursor of a terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
