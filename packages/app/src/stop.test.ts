import { type Logger, noopLogger, runInContext, type StartOptions } from "@kratos-ts/core";
import { describe, expect, test } from "vitest";
import { fakeRegistrar, fakeServer } from "../testdata/fakes.ts";
import { aborted, failing, forever, noteHooks, runAndStop } from "../testdata/lives.ts";
import { type AppOptions, createApp } from "./index.ts";

describe("stopping", () => {
  test("cuts what is in flight at stopTimeout, with one signal for all servers", async () => {
    const signals: unknown[] = [];
    const stop = async ({ signal }: { signal?: AbortSignal | undefined } = {}) => {
      signals.push(signal);
      await aborted(signal);
    };
    await runAndStop({ servers: [fakeServer([], "a", { stop }), fakeServer([], "b", { stop })], stopTimeout: 20 });
    expect(signals).toHaveLength(2);
    expect(signals[0]).toBe(signals[1]);
  });

  test("goes on without a server that ends neither by itself nor when it is cut", async () => {
    const log: string[] = [];
    const servers = [fakeServer([], "a", { stop: forever })];
    const run = runAndStop({ servers, stopTimeout: 10, hooks: { afterStop: () => void log.push("afterStop") } });
    await expect(run).rejects.toThrow("stopping a server did not end within 1010 ms");
    expect(log).toEqual(["afterStop"]);
  });

  test("skips no step when one fails, and rejects with the first error", async () => {
    const log: string[] = [];
    const servers = [fakeServer(log, "a", { drain: failing("drain"), stop: failing("stop") }), fakeServer(log, "b")];
    const registrar = fakeRegistrar(log, { deregister: failing("deregister") });
    const hooks = { beforeStop: [failing("first"), () => void log.push("beforeStop")], afterStop: failing("last") };
    const logged: unknown[] = [];
    const logger: Logger = { ...noopLogger, error: (_, fields) => void logged.push(String(fields?.error)) };
    const run = runAndStop({ name: "svc", servers, registrar, hooks, logger, grace: 0 });
    await expect(run).rejects.toThrow("first");
    expect(log).toEqual(["a: start", "b: start", "register svc", "beforeStop", "b: drain", "b: stop"]);
    expect(logged).toEqual(["first", "drain", "deregister", "stop", "last"].map((text) => `Error: ${text}`));
  });

  test("is done once, however often and from wherever it is asked for", async () => {
    const log: string[] = [];
    const started = Promise.withResolvers<void>();
    const server = fakeServer(log, "a");
    const app = createApp({ signals: false, servers: [server], hooks: { afterStart: () => started.resolve() } });
    const running = app.run();
    await started.promise;
    await Promise.all([app.stop(), app.stop(), app[Symbol.asyncDispose]()]);
    await app.stop();
    await running;
    expect(log).toEqual(["a: start", "a: drain", "a: stop"]);
  });

  test("resolves when all has stopped, and leaves the error to run()", async () => {
    const app = createApp({ signals: false, hooks: { afterStart: () => app.stop(), afterStop: failing("late") } });
    const running = expect(app.run()).rejects.toThrow("late");
    await expect(app.stop()).resolves.toBeUndefined();
    await running;
  });

  test("while starting calls the start off, and stops what had begun", async () => {
    const log: string[] = [];
    const server = fakeServer(log, "a", { start: async () => void app.stop() });
    const app = createApp({ name: "svc", signals: false, servers: [server], registrar: fakeRegistrar(log) });
    await app.run();
    expect(log).toEqual(["a: drain", "a: stop"]);
  });

  test("while registering is no failure, and leaves nothing registered", async () => {
    const log: string[] = [];
    const registrar = fakeRegistrar(log, {
      async register(_, options) {
        void app.stop();
        options?.signal?.throwIfAborted();
      },
    });
    const app = createApp({ name: "svc", signals: false, registrar });
    await app.run();
    expect(log).toEqual([]);
  });

  test("before run() makes that it never starts", async () => {
    const log: string[] = [];
    const app = createApp({ signals: false, servers: [fakeServer(log, "a")], hooks: noteHooks(log) });
    await app.stop();
    await app.run();
    expect(log).toEqual([]);
  });

  test("is done by an AbortSignal, also by one that has aborted before", async () => {
    const log: string[] = [];
    const controller = new AbortController();
    const options: AppOptions = { signals: false, signal: controller.signal, servers: [fakeServer(log, "a")] };
    await createApp({ ...options, hooks: { afterStart: () => controller.abort() } }).run();
    expect(log).toEqual(["a: start", "a: drain", "a: stop"]);
    await createApp(options).run();
    expect(log).toHaveLength(3);
  });

  test("is done by a server that fails, whose error run() rejects with", async () => {
    const log: string[] = [];
    const given = Promise.withResolvers<StartOptions>();
    const servers = [fakeServer(log, "a", { start: async (options) => given.resolve(options) }), fakeServer(log, "b")];
    const hooks = { afterStart: async () => (await given.promise).onFailure(new Error("socket gone")) };
    await expect(createApp({ signals: false, servers, hooks }).run()).rejects.toThrow("socket gone");
    expect(log).toContain("b: stop");
  });

  test("from inside a hook or a handler does not wait for itself", async () => {
    const given = Promise.withResolvers<StartOptions>();
    const server = fakeServer([], "a", {
      start: async (options) => given.resolve(options),
      // What a handler does that stops the app: the server waits for the handler, and the handler for stop().
      stop: async () => runInContext((await given.promise).context, () => app.stop()),
    });
    const app = createApp({ signals: false, servers: [server], hooks: { afterStart: () => app.stop() } });
    await app.run();
  });

  test("while an app runs a second run() rejects, and the first goes on", async () => {
    const app = createApp({ signals: false, hooks: { afterStart: () => again } });
    const running = app.run();
    const again = expect(app.run()).rejects.toThrow("run() was called before");
    await again;
    await app.stop();
    await running;
    await expect(app.run()).rejects.toThrow("run() was called before");
  });
});
