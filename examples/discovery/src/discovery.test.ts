// What callers notice when instances come, stop, or are killed: registry, resolver and both transports together.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { App } from "@kratos-ts/app";
import { createLocalRegistry } from "@kratos-ts/registry-local";
import { byVersion, roundRobin } from "@kratos-ts/selector";
import { describe, expect, test } from "vitest";
import { createInstance, type InstanceOptions } from "./instance-app.ts";
import { createWhoClient, type WhoClient, type WhoClientOptions } from "./who-client.ts";

async function scene(over: "http" | "grpc") {
  const folder = await mkdtemp(join(tmpdir(), "kratos-discovery-"));
  const registry = createLocalRegistry({ folder, pollMs: 50 });
  const running = new Map<App, Promise<void>>();
  const children: ChildProcess[] = [];
  const clients: WhoClient[] = [];
  return {
    /** Starts an instance in this process; resolves when it is registered. */
    async start(id: string, more: Partial<InstanceOptions> = {}) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const app = createInstance({ id, registrar: registry, grace: 200, signals: false, onStart: resolve, ...more });
      const run = app.run();
      running.set(app, run);
      await Promise.race([promise, run]);
      return app;
    },
    /** Starts an instance in a process of its own. */
    async spawn(id: string) {
      const program = fileURLToPath(new URL("./instance.ts", import.meta.url));
      const child = spawn(process.execPath, [program, "--id", id, "--at", folder], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      children.push(child);
      await once(child.stdout, "data");
      return child;
    },
    client(options: Partial<WhoClientOptions> = {}) {
      const client = createWhoClient({ over, discovery: registry, warmUpMs: 0, ...options });
      clients.push(client);
      return client;
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) await client[Symbol.asyncDispose]();
      for (const [app, run] of running) {
        await app.stop();
        await run;
      }
      for (const child of children) child.kill("SIGKILL");
      await registry.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** Who answers so many calls. */
async function answers(who: WhoClient, calls: number): Promise<string[]> {
  return (await Promise.all(Array.from({ length: calls }, () => who.ask()))).sort();
}

describe.each(["http", "grpc"] as const)("over %s", (over) => {
  test("calls are spread over all instances, and new ones are found", async () => {
    await using who = await scene(over);
    await Promise.all(["a", "b"].map((id) => who.start(id)));
    const client = who.client({ balancer: roundRobin() });
    expect(await answers(client, 6)).toEqual(["a", "a", "a", "b", "b", "b"]);
    await who.start("c");
    await expect.poll(async () => new Set(await answers(client, 6))).toEqual(new Set(["a", "b", "c"]));
  });

  test("filters choose among them", async () => {
    await using who = await scene(over);
    await Promise.all(["v1", "v2"].map((version) => who.start(version, { version })));
    expect(new Set(await answers(who.client({ filters: [byVersion("v2")] }), 10))).toEqual(new Set(["v2"]));
  });

  test("the first call waits for the first instances to be listed", async () => {
    await using who = await scene(over);
    await who.start("a");
    expect(await who.client().ask()).toBe("a");
  });

  test("without an instance calls fail with 503 NODE_NOT_FOUND", async () => {
    await using who = await scene(over);
    await expect(who.client({ name: "nobody" }).ask()).rejects.toMatchObject({
      code: 503,
      reason: "NODE_NOT_FOUND",
      message: "no node of nobody: discovery knows no instance",
    });
  });

  test("when discovery answers nothing they fail with that before their deadline", async () => {
    await using who = await scene(over);
    const silent = { getService: async () => [], watch: () => ({ [Symbol.asyncIterator]: () => ({ next: forever }) }) };
    const failed = who.client({ discovery: silent }).ask({ timeoutMs: 300 });
    await expect(failed).rejects.toMatchObject({ code: 503, reason: "NODE_NOT_FOUND" });
  });

  test("an instance that stops loses no call", async () => {
    await using who = await scene(over);
    const [first] = await Promise.all(["a", "b"].map((id) => who.start(id)));
    const client = who.client();
    const load = keepCalling(client);
    await load.answered(50);
    await first?.stop();
    await load.answered(50);
    expect((await load.end()).failures).toEqual([]);
    expect(new Set(await answers(client, 20))).toEqual(new Set(["b"]));
  });

  test("an instance that is killed loses what it was answering, and is called no more", async () => {
    await using who = await scene(over);
    await who.start("stays");
    const child = await who.spawn("dies");
    const client = who.client();
    await expect.poll(async () => new Set(await answers(client, 20))).toEqual(new Set(["stays", "dies"]));
    const load = keepCalling(client);
    await load.answered(50);
    child.kill("SIGKILL");
    await once(child, "exit");
    await load.answered(200);
    const { failures, lanes } = await load.end();
    // Those under way on it, and those that were on their way to it when the first of these failed.
    expect(failures.length).toBeLessThanOrEqual(2 * lanes);
    expect(new Set(await answers(client, 20))).toEqual(new Set(["stays"]));
  });
});

const forever = () => new Promise<never>(() => {});

/** Calls without a pause, some at a time. */
function keepCalling(who: WhoClient, lanes = 8) {
  const failures: unknown[] = [];
  let count = 0;
  let stopped = false;
  let wake = () => {};
  const lane = async () => {
    while (!stopped) {
      await who.ask({ delayMs: 1 }).catch((error: unknown) => failures.push(error));
      count++;
      wake();
    }
  };
  const running = Array.from({ length: lanes }, lane);
  return {
    /** Resolves when so many more calls have ended. */
    async answered(more: number) {
      const target = count + more;
      while (count < target)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    },
    async end() {
      stopped = true;
      await Promise.all(running);
      return { failures, lanes };
    },
  };
}
