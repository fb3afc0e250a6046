import type { Context, ServiceInstance } from "@kratos-ts/core";
import { describe, expect, test } from "vitest";
import { fakeRegistrar, fakeServer } from "../testdata/fakes.ts";
import { aborted, failing, forever, noteHooks, runAndStop } from "../testdata/lives.ts";
import { createApp } from "./index.ts";

describe("a start that fails", () => {
  test("in one server stops the others and rejects with its error", async () => {
    const log: string[] = [];
    const servers = [fakeServer(log, "good"), fakeServer(log, "bad", { start: failing("port taken") })];
    const app = createApp({
      name: "svc",
      signals: false,
      servers,
      registrar: fakeRegistrar(log),
      hooks: noteHooks(log),
    });
    await expect(app.run()).rejects.toThrow("port taken");
    expect(log).toContain("good: stop");
    expect(log.at(-1)).toBe("afterStop");
    expect(log.join()).not.toMatch(/register|afterStart|beforeStop/);
  });

  test("in a before-start hook starts nothing, and still runs the after-stop hooks", async () => {
    const log: string[] = [];
    const hooks = { ...noteHooks(log), beforeStart: failing("no database") };
    const app = createApp({ signals: false, servers: [fakeServer(log, "a")], hooks });
    await expect(app.run()).rejects.toThrow("no database");
    expect(log).toEqual(["afterStop"]);
  });

  test("in the registrar stops everything and deregisters nothing", async () => {
    const log: string[] = [];
    const registrar = fakeRegistrar(log, { register: failing("registry is down") });
    const app = createApp({ name: "svc", signals: false, servers: [fakeServer(log, "a")], registrar });
    await expect(app.run()).rejects.toThrow("registry is down");
    expect(log).toEqual(["a: start", "a: drain", "a: stop"]);
  });

  test("in an after-start hook runs the whole stop", async () => {
    const log: string[] = [];
    const registrar = fakeRegistrar(log);
    const hooks = { ...noteHooks(log), beforeStart: [], afterStart: failing("warm-up failed") };
    const app = createApp({ name: "svc", signals: false, servers: [fakeServer(log, "a")], registrar, hooks, grace: 0 });
    await expect(app.run()).rejects.toThrow("warm-up failed");
    expect(log).toEqual([
      "a: start",
      "register svc",
      "beforeStop",
      "a: drain",
      "deregister svc",
      "a: stop",
      "afterStop",
    ]);
  });

  test("by throwing instead of rejecting is no different", async () => {
    const thrower = (): never => {
      throw new Error("thrown");
    };
    const servers = [fakeServer([], "a", { start: thrower })];
    await expect(createApp({ signals: false, servers }).run()).rejects.toThrow("thrown");
  });
});

describe("a step that hangs", () => {
  test("in a server's start is given up, and stopped when it comes late", async () => {
    const late = Promise.withResolvers<void>();
    const stopped = Promise.withResolvers<void>();
    let stops = 0;
    const stop = async () => void (++stops === 2 && stopped.resolve());
    const servers = [fakeServer([], "slow", { start: () => late.promise, stop })];
    const app = createApp({ signals: false, servers, startTimeout: 20 });
    await expect(app.run()).rejects.toThrow(
      "the start of server 1 of 1 (Object) did not end within 20 ms; startTimeout sets the limit",
    );
    expect(stops).toBe(1);
    late.resolve();
    await stopped.promise;
  });

  test("in registering is given up, told by its signal, and undone when it comes late", async () => {
    const late = Promise.withResolvers<void>();
    const deregistered = Promise.withResolvers<ServiceInstance>();
    const registrar = fakeRegistrar([], {
      register: (_, options) => aborted(options?.signal).then(() => late.promise),
      deregister: async (instance) => deregistered.resolve(instance),
    });
    const app = createApp({ id: "1", name: "svc", signals: false, registrar, registrarTimeout: 20 });
    await expect(app.run()).rejects.toThrow("registering did not end within 20 ms; registrarTimeout sets the limit");
    late.resolve();
    expect(await deregistered.promise).toMatchObject({ id: "1" });
  });

  test("in a hook is given up, told by its signal and by its deadline", async () => {
    let seen: Context | undefined;
    const hooks = {
      beforeStart: function migrate(ctx: Context) {
        seen = ctx;
        return forever();
      },
    };
    const app = createApp({ signals: false, startTimeout: 20, hooks });
    await expect(app.run()).rejects.toThrow("beforeStart hook migrate did not end within 20 ms");
    expect(seen?.signal.aborted).toBe(true);
    expect(seen?.timeoutMs()).toBe(0);
  });

  test("in a stop hook, a drain or the registrar does not keep the rest from stopping", async () => {
    const log: string[] = [];
    const servers = [fakeServer(log, "a", { drain: forever })];
    const registrar = fakeRegistrar(log, { deregister: forever });
    const hooks = { beforeStop: forever, afterStop: () => void log.push("afterStop") };
    const limits = { registrarTimeout: 20, stopTimeout: 20, grace: 0 };
    const run = runAndStop({ name: "svc", servers, registrar, hooks, ...limits });
    await expect(run).rejects.toThrow("beforeStop hook forever did not end within 20 ms");
    expect(log).toEqual(["a: start", "register svc", "a: stop", "afterStop"]);
  });
});
