import { Writable } from "node:stream";
import type { LogLevel } from "@kratos-ts/core";

/** A stream that keeps what is written to it, and the lines of JSON in that. */
export function collected() {
  let text = "";
  const stream = new Writable({
    write(chunk, _, done) {
      text += chunk;
      done();
    },
  });
  const records = () => recordsIn(text);
  return { stream, text: () => text, records, lines: () => records().map(lineOf) };
}

/** The lines of JSON in a text. */
export function recordsIn(text: string): Record<string, unknown>[] {
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

function lineOf({ level, msg, time: _, ...fields }: Record<string, unknown>) {
  return { level: String(level).toLowerCase() as LogLevel, message: String(msg), fields };
}
