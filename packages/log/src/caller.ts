import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const own = import.meta.dirname;
const place = /\(?((?:file:\/\/|\/|[A-Za-z]:\\)[^()]*?):(\d+):\d+\)?$/;

/** Where the line is logged from, as `folder/file.ts:7`; undefined where that can't be told. */
export function callerPlace(): string | undefined {
  const stack = new Error().stack;
  for (const line of stack?.split("\n").slice(1) ?? []) {
    const [, file, row] = place.exec(line) ?? [];
    if (file === undefined) continue;
    const path = file.startsWith("file:") ? fileURLToPath(file) : file;
    if (dirname(path) !== own) return `${join(basename(dirname(path)), basename(path))}:${row}`;
  }
  return undefined;
}
