import { createInterface } from "node:readline";
import type { Usage } from "./child.ts";

/** The other end of a `Child`: what a benchmarked Node program calls. */
export function say(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

export function currentUsage(): Usage {
  const { user, system } = process.cpuUsage();
  return { cpuMicros: user + system, rssBytes: process.memoryUsage.rss() };
}

/** Answers each line of stdin; the process ends with it. */
export function answer(reply: (words: string[]) => object | Promise<object>): void {
  const lines = createInterface({ input: process.stdin });
  lines.on("line", async (line) => say(await reply(line.split(" "))));
  lines.on("close", () => process.exit(0));
}

/** What a server does once it listens. */
export function serverReady(address: { port: number }): void {
  say({ port: address.port });
  answer(currentUsage);
}
