// What others see of an instance whose event loop is kept busy. Readiness is answered, and signs of life are given, by the
// loop that serves: that they come means that calls are served.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ServiceInstance } from "@kratos-ts/core";
import { createLocalRegistry } from "@kratos-ts/registry-local";
import { expect, test } from "vitest";

const program = fileURLToPath(new URL("./instance.ts", import.meta.url));
const ttlMs = 1500;
// What a probe of Kubernetes waits by default.
const probeTimeoutMs = 1000;

async function scene() {
  const folder = await mkdtemp(join(tmpdir(), "kratos-blocked-"));
  const flags = ["--id", "a", "--at", folder, "--ttl", String(ttlMs)];
  const child: ChildProcess = spawn(process.execPath, [program, ...flags], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout!, "data");
  child.stdout?.resume();
  const registry = createLocalRegistry({ folder, pollMs: 50 });
  const [instance] = await registry.getService("who");
  const url = instance?.endpoints?.find((endpoint) => endpoint.startsWith("http:"));
  const lists = registry.watch("who")[Symbol.asyncIterator]();
  return {
    child,
    registry,
    get: (path: string, signal?: AbortSignal) => fetch(`${url}${path}`, { signal: signal ?? null }),
    /** The ids of the next list that differs. */
    nextList: async () => ((await lists.next()).value as readonly ServiceInstance[]).map(({ id }) => id),
    async [Symbol.asyncDispose]() {
      // Its watch may be looking just now, and makes the folder anew: the process's end takes longer.
      await registry.close();
      await lists.return?.();
      const ended = once(child, "exit");
      if (child.exitCode === null && child.kill("SIGKILL")) await ended;
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

test("one that is blocked answers no probe, is found no more after its time to live, and is back when it goes on", async () => {
  await using there = await scene();
  expect(await there.nextList()).toEqual(["a"]);
  expect((await there.get("/healthz")).status).toBe(200);
  const blocking = there.get(`/who?blockMs=${4 * ttlMs}`);
  await expect(there.get("/healthz", AbortSignal.timeout(probeTimeoutMs))).rejects.toThrow("timeout");
  expect(await there.nextList()).toEqual([]);
  await expect(there.get("/healthz/live", AbortSignal.timeout(probeTimeoutMs))).rejects.toThrow("timeout");
  await blocking;
  expect(await there.nextList()).toEqual(["a"]);
  expect((await there.get("/healthz")).status).toBe(200);
});

test("one that is busy in bursts far below its time to live is found all along", async () => {
  await using there = await scene();
  expect(await there.nextList()).toEqual(["a"]);
  const listed: string[][] = [];
  const watching = there.nextList().then(
    (list) => listed.push(list),
    () => {},
  );
  const until = performance.now() + 2 * ttlMs;
  while (performance.now() < until) await there.get(`/who?blockMs=${ttlMs / 5}`);
  expect(listed).toEqual([]);
  await there.registry.close();
  await watching;
});

test("one that was told to stop is not ready, but lives, and answers calls up to its grace", async () => {
  await using there = await scene();
  const ended = once(there.child, "exit");
  there.child.kill("SIGTERM");
  await expect.poll(async () => (await there.get("/healthz")).status, { interval: 5 }).toBe(503);
  expect((await there.get("/healthz/live")).status).toBe(200);
  expect((await there.get("/who")).status).toBe(200);
  expect((await ended)[0]).toBe(0);
});
