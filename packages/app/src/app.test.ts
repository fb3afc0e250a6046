import { appInfoKey, type Context, currentContext, type ServiceInstance, type StartOptions } from "@kratos-ts/core";
import { describe, expect, test } from "vitest";
import { fakeRegistrar, fakeServer } from "../testdata/fakes.ts";
import { noteHooks, runAndStop } from "../testdata/lives.ts";
import { createApp, type Hook } from "./index.ts";

describe("the order of a life", () => {
  test("is hooks, servers, register, hooks; then hooks, drain, deregister, stop, hooks", async () => {
    const log: string[] = [];
    const servers = [fakeServer(log, "a"), fakeServer(log, "b")];
    await runAndStop({ name: "svc", servers, registrar: fakeRegistrar(log), grace: 0, hooks: noteHooks(log) });
    expect(log).toEqual([
      "beforeStart",
      "a: start",
      "b: start",
      "register svc",
      "afterStart",
      "beforeStop",
      "a: drain",
      "b: drain",
      "deregister svc",
      "a: stop",
      "b: stop",
      "afterStop",
    ]);
  });

  test("waits for every server to listen before it registers", async () => {
    const log: string[] = [];
    const slow = Promise.withResolvers<void>();
    const servers = [
      fakeServer(log, "slow", { start: () => slow.promise.then(() => void log.push("slow: start")) }),
      fakeServer(log, "fast", { start: async () => slow.resolve() }),
    ];
    await runAndStop({ name: "svc", servers, registrar: fakeRegistrar(log), grace: 0 });
    expect(log.slice(0, 2)).toEqual(["slow: start", "register svc"]);
  });

  test("runs several hooks of a kind one after the other", async () => {
    const log: string[] = [];
    const hook =
      (name: string): Hook =>
      async () => {
        log.push(`${name} begins`);
        await Promise.resolve();
        log.push(`${name} ends`);
      };
    await runAndStop({ hooks: { beforeStart: [hook("one"), hook("two")] } });
    expect(log).toEqual(["one begins", "one ends", "two begins", "two ends"]);
  });

  test("waits for the grace between deregistering and refusing new work", async () => {
    const times: number[] = [];
    const note = async () => void times.push(performance.now());
    const server = fakeServer([], "a", { stop: note });
    const registrar = fakeRegistrar([], { deregister: note });
    await runAndStop({ name: "svc", servers: [server], registrar, grace: 60 });
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(59);
  });

  test("needs no server and lives until it is stopped", async () => {
    const log: string[] = [];
    await runAndStop({ hooks: noteHooks(log) });
    expect(log).toEqual(["beforeStart", "afterStart", "beforeStop", "afterStop"]);
  });
});

describe("the app's info", () => {
  test("is in the context of servers and hooks, with the endpoints of the servers once they listen", async () => {
    const seen: unknown[] = [];
    const note = (ctx: Context) => void seen.push([...ctx.get(appInfoKey)!.endpoints]);
    const servers = [
      fakeServer([], "a", { start: async ({ context }) => note(context) }),
      { start: async () => {}, stop: async () => {} },
    ];
    await runAndStop({ servers, hooks: { beforeStart: note, afterStart: [note, () => note(currentContext()!)] } });
    expect(seen).toEqual([[], [], ["fake://a:1"], ["fake://a:1"]]);
  });

  test("is what gets registered", async () => {
    const log: ServiceInstance[] = [];
    const registrar = fakeRegistrar([], { register: async (instance) => void log.push(instance) });
    const metadata = { weight: "10" };
    const info = { id: "i", name: "svc", version: "v1", metadata };
    await runAndStop({ ...info, servers: [fakeServer([], "a")], registrar, grace: 0 });
    await runAndStop({
      ...info,
      servers: [fakeServer([], "a")],
      registrar,
      grace: 0,
      endpoints: ["grpc://10.0.0.1:9000"],
    });
    expect(log).toEqual([
      { ...info, endpoints: ["fake://a:1"] },
      { ...info, endpoints: ["grpc://10.0.0.1:9000"] },
    ]);
  });

  test("has a random UUID as id unless it is given one", () => {
    const { info } = createApp();
    expect(info.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(info).toMatchObject({ name: "", version: "", metadata: {}, endpoints: [] });
    expect(createApp().info.id).not.toBe(info.id);
    expect(createApp({ id: "mine" }).info.id).toBe("mine");
  });

  test("ends with the app: the context that servers got is cancelled", async () => {
    const given = Promise.withResolvers<StartOptions>();
    await runAndStop({ servers: [fakeServer([], "a", { start: async (options) => given.resolve(options) })] });
    const { context } = await given.promise;
    expect(context.signal.aborted).toBe(true);
  });

  test("what a hook leaves running has the app's context, and no deadline", async () => {
    const later = Promise.withResolvers<Context | undefined>();
    const hooks = { beforeStart: () => void queueMicrotask(() => later.resolve(currentContext())) };
    await runAndStop({ hooks });
    const context = await later.promise;
    expect(context?.deadline).toBeUndefined();
    expect(context?.get(appInfoKey)).toBeDefined();
  });
});
