import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { orLeaveOut } from "./left-out.ts";

const names = ["chromium", "chromium-browser", "google-chrome"];

/** A Chromium of the machine, such as Debian's; undefined where there is none (see `orLeaveOut`). */
export function ensureChromium(): Promise<string | undefined> {
  return orLeaveOut("chromium", async () => found(), "where Chromium is installed (apt-get install chromium)");
}

function found(): string {
  const folders = process.env.PATH?.split(delimiter) ?? [];
  const paths = folders.flatMap((folder) => names.map((name) => join(folder, name)));
  const program = paths.find((path) => existsSync(path));
  if (program === undefined) throw new Error(`none of ${names.join(", ")} is on the path`);
  return program;
}
