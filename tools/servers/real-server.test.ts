import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startServer } from "./real-server.ts";

const program = `
  import { createServer } from "node:http";
  createServer((_, response) => response.end(String(process.pid))).listen(Number(process.argv[2]), "127.0.0.1");
`;

async function scene(source = program) {
  const folder = mkdtempSync(join(tmpdir(), "kratos-server-"));
  const file = join(folder, "server.mjs");
  writeFileSync(file, source);
  const recipe = {
    name: "a server",
    command: (port: number) => [process.execPath, file, String(port)],
    isReady: async (port: number) => (await fetch(`http://127.0.0.1:${port}`)).ok,
    onEnd: () => writeFileSync(join(folder, "ended"), "yes"),
  };
  const pidOf = async (url: string, signal?: AbortSignal) =>
    Number(await (await fetch(url, { signal: signal ?? null })).text());
  return { folder, recipe, pidOf, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

test("a server runs until it is disposed of", async () => {
  using there = await scene();
  const server = await startServer(there.recipe);
  expect(await there.pidOf(server.url)).toBeGreaterThan(0);
  await server[Symbol.asyncDispose]();
  await expect(there.pidOf(server.url)).rejects.toThrow();
  expect(readFileSync(join(there.folder, "ended"), "utf8")).toBe("yes");
});

test("it can be killed and started again, on the same port", async () => {
  using there = await scene();
  await using server = await startServer(there.recipe);
  const first = await there.pidOf(server.url);
  await server.kill();
  await expect(there.pidOf(server.url)).rejects.toThrow();
  await server.restart();
  expect(await there.pidOf(server.url)).not.toBe(first);
});

test("it can be paused, and goes on where it was", async () => {
  using there = await scene();
  await using server = await startServer(there.recipe);
  const pid = await there.pidOf(server.url);
  server.pause();
  await expect(there.pidOf(server.url, AbortSignal.timeout(100))).rejects.toThrow();
  server.resume();
  expect(await there.pidOf(server.url)).toBe(pid);
  // A paused one can be ended.
  server.pause();
});

test("one that ends at once is an error with what it wrote", async () => {
  using there = await scene(`console.error("no licence"); process.exit(1)`);
  await expect(startServer(there.recipe)).rejects.toThrow(/a server did not start on port \d+: no licence/);
});

test("a program that is not there is an error that names it", async () => {
  using there = await scene();
  const recipe = { ...there.recipe, command: () => ["no-such-program"] };
  await expect(startServer(recipe)).rejects.toThrow("no-such-program");
});
