import { describe, expect, test, vi } from "vitest";
import { fakeTransporter, foreignContext, methodOf } from "../testdata/fixtures.ts";
import { CallContext, createContextKey, KratosError, now } from "./index.ts";

const user = createContextKey<string>("nobody", { description: "user" });
const level = createContextKey<number>(0);

/** Resolves to the reason that the context was cancelled with. */
const cancelled = (ctx: CallContext) => new Promise<unknown>((resolve) => ctx.onCancel(resolve));

describe("values", () => {
  test("are those set nearest, else the key's default", () => {
    const call = new CallContext({});
    const ctx = call.with(user, "ada").with(level, 1).with(user, "bob");
    expect([ctx.get(user), ctx.get(level)]).toEqual(["bob", 1]);
    expect(call.get(user)).toBe("nobody");
  });

  test("set by `with` leave the context they were set on as it is", () => {
    const ctx = new CallContext({}).with(user, "ada");
    expect(ctx.with(user, "bob").get(user)).toBe("bob");
    expect(ctx.get(user)).toBe("ada");
  });

  test("are told apart by the key and not by its description", () => {
    const other = createContextKey("other", { description: "user" });
    expect(new CallContext({}).with(user, "ada").get(other)).toBe("other");
  });

  test("may be undefined, and are not taken for missing then", () => {
    const key = createContextKey<string | undefined>("default");
    expect(new CallContext({}).with(key, undefined).get(key)).toBeUndefined();
  });

  test("are inherited from the parent, through any number of calls", () => {
    const parent = new CallContext({}).with(user, "ada");
    const child = new CallContext({ parent: new CallContext({ parent }).with(level, 2) });
    expect([child.get(user), child.get(level)]).toEqual(["ada", 2]);
  });

  test("are inherited from a context of another make", () => {
    const parent = foreignContext({ get: (key) => (key.id === user.id ? ("eve" as never) : key.defaultValue) });
    const child = new CallContext({ parent });
    expect([child.get(user), child.get(level)]).toEqual(["eve", 0]);
  });
});

describe("Connect's values, which change in place", () => {
  test("are seen by every context of the call, and by no other", () => {
    const parent = new CallContext({});
    const call = new CallContext({ parent });
    const derived = call.with(level, 1);
    derived.values.set(user, "ada");
    expect([call.get(user), derived.get(user), call.values.get(user)]).toEqual(["ada", "ada", "ada"]);
    expect(parent.get(user)).toBe("nobody");
  });

  test("start as what the context has, and can be deleted", () => {
    const ctx = new CallContext({}).with(user, "ada");
    expect(ctx.values.get(user)).toBe("ada");
    expect(ctx.values.set(level, 3).get(level)).toBe(3);
    expect(ctx.values.delete(level).get(level)).toBe(0);
  });
});

describe("cancelling", () => {
  test("tells every listener, once, and why", () => {
    const call = new CallContext({});
    const told: unknown[] = [];
    call.onCancel((reason) => told.push("one", reason));
    call.onCancel((reason) => told.push("two", reason));
    call.cancel("why");
    call.cancel("again");
    expect(told).toEqual(["one", "why", "two", "why"]);
    expect([call.cancelled, call.reason]).toEqual([true, "why"]);
  });

  test("without a reason is 499 context canceled", () => {
    const call = new CallContext({});
    call.cancel();
    expect(call.reason).toBeInstanceOf(KratosError);
    expect(call.reason).toMatchObject({ code: 499, reason: "", message: "context canceled" });
  });

  test("is told at once to a listener that comes later", () => {
    const call = new CallContext({});
    call.cancel("why");
    const told: unknown[] = [];
    call.onCancel((reason) => told.push(reason));
    expect(told).toEqual(["why"]);
  });

  test("is not told to a listener that was taken away", () => {
    const call = new CallContext({});
    const told: unknown[] = [];
    const listener = (reason: unknown) => void told.push(reason);
    call.onCancel(listener);
    call.offCancel(listener);
    call.cancel();
    expect(told).toEqual([]);
  });

  test("tells the other listeners when one throws, which is reported as uncaught", async () => {
    const call = new CallContext({});
    const told: unknown[] = [];
    const uncaught: Array<() => void> = [];
    vi.stubGlobal("queueMicrotask", (task: () => void) => uncaught.push(task));
    call.onCancel(() => {
      throw new Error("bad listener");
    });
    call.onCancel((reason) => told.push(reason));
    call.cancel("why");
    vi.unstubAllGlobals();
    expect(told).toEqual(["why"]);
    expect(uncaught[0]).toThrow("bad listener");
  });

  test("does nothing after the end of the call", () => {
    const call = new CallContext({ timeoutMs: 1 });
    call.end();
    call.end();
    call.cancel();
    expect([call.cancelled, call.signal.aborted]).toEqual([false, false]);
  });

  test("cancels the calls below, and not those above", () => {
    const parent = new CallContext({});
    const call = new CallContext({ parent: parent.with(user, "ada") });
    const child = new CallContext({ parent: call });
    call.cancel("why");
    expect([parent.cancelled, child.cancelled, child.reason]).toEqual([false, true, "why"]);
  });

  test("of the parent leaves a call that has ended alone", () => {
    const parent = new CallContext({});
    const call = new CallContext({ parent });
    call.end();
    parent.cancel();
    expect(call.cancelled).toBe(false);
  });

  test("happened already when the parent, or the signal, was cancelled before", () => {
    const parent = new CallContext({});
    parent.cancel("parent's");
    const signal = AbortSignal.abort("signal's");
    expect(new CallContext({ parent }).reason).toBe("parent's");
    expect(new CallContext({ signal }).reason).toBe("signal's");
    expect(new CallContext({ parent, signal }).reason).toBe("parent's");
    expect(new CallContext({ parent: foreignContext({ signal }) }).reason).toBe("signal's");
  });

  test("comes from an AbortSignal as well, and from a context of another make", () => {
    const controller = new AbortController();
    const bySignal = new CallContext({ signal: controller.signal });
    const byForeign = new CallContext({ parent: foreignContext({ signal: controller.signal }) });
    controller.abort("why");
    expect([bySignal.reason, byForeign.reason]).toEqual(["why", "why"]);
  });

  test("leaves no listener on an AbortSignal once the call is over", () => {
    let listeners = 0;
    const { signal } = new AbortController();
    const { addEventListener, removeEventListener } = signal;
    const counting = (method: typeof addEventListener, change: number) => (type: string, listener: EventListener) => {
      listeners += change;
      method.call(signal, type, listener);
    };
    signal.addEventListener = counting(addEventListener, 1) as typeof addEventListener;
    signal.removeEventListener = counting(removeEventListener, -1) as typeof removeEventListener;
    const call = new CallContext({ signal });
    expect(listeners).toBe(1);
    call.end();
    expect(listeners).toBe(0);
  });
});

describe("the signal", () => {
  test("is one for all contexts of the call, and aborts with the reason", () => {
    const call = new CallContext({});
    const { signal } = call.with(user, "ada");
    expect(signal).toBe(call.signal);
    expect(signal.aborted).toBe(false);
    call.cancel("why");
    expect([signal.aborted, signal.reason]).toEqual([true, "why"]);
  });

  test("has aborted already when it is first read after the cancellation", () => {
    const call = new CallContext({});
    call.cancel("why");
    expect([call.signal.aborted, call.signal.reason]).toEqual([true, "why"]);
  });
});

describe("the deadline", () => {
  test("that is inherited holds for a call that outlives its parent", async () => {
    const parent = new CallContext({ timeoutMs: 5 });
    const child = new CallContext({ parent });
    parent.end();
    expect(await cancelled(child)).toMatchObject({ code: 504 });
  });

  test("is the own limit, in ms since the epoch", () => {
    const before = now();
    const call = new CallContext({ timeoutMs: 1000 });
    expect(call.deadline).toBeGreaterThanOrEqual(before + 1000);
    expect(call.deadline).toBeLessThanOrEqual(now() + 1000);
    expect(call.timeoutMs()).toBeLessThanOrEqual(1000);
    expect(call.with(user, "ada").deadline).toBe(call.deadline);
    call.end();
  });

  test("is none without a limit", () => {
    const call = new CallContext({ parent: new CallContext({}) });
    expect([call.deadline, call.timeoutMs()]).toEqual([undefined, undefined]);
  });

  test("is the parent's where that is earlier, and never a later one", () => {
    const parent = new CallContext({ timeoutMs: 1000 });
    expect(new CallContext({ parent }).deadline).toBe(parent.deadline);
    expect(new CallContext({ parent, timeoutMs: 5000 }).deadline).toBe(parent.deadline);
    expect(new CallContext({ parent, timeoutMs: 10 }).deadline).toBeLessThan(parent.deadline!);
    parent.end();
  });

  test("cancels with 504 when it passes, and nothing is left of it then", async () => {
    const call = new CallContext({ timeoutMs: 5 });
    const before = now();
    const reason = await cancelled(call);
    expect(now() - before).toBeGreaterThanOrEqual(4);
    expect(reason).toMatchObject({ code: 504, reason: "", message: "context deadline exceeded" });
    expect(call.timeoutMs()).toBe(0);
  });

  test("of the parent cancels the call below with the same error", async () => {
    const parent = new CallContext({ timeoutMs: 5 });
    const call = new CallContext({ parent, timeoutMs: 60_000 });
    expect(await cancelled(call)).toMatchObject({ code: 504 });
    expect(call.reason).toBe(parent.reason);
  });

  test("of 0 ms, or in the past, cancels as well", async () => {
    expect(await cancelled(new CallContext({ timeoutMs: 0 }))).toMatchObject({ code: 504 });
    expect(await cancelled(new CallContext({ timeoutMs: -1 }))).toMatchObject({ code: 504 });
  });
});

describe("what it tells of its call", () => {
  test("is the transport, the method, and what Connect's context has", () => {
    const transport = fakeTransporter();
    const method = methodOf("Unary");
    const ctx = new CallContext({ transport, method }).with(user, "ada");
    expect(ctx.transport).toBe(transport);
    expect([ctx.method, ctx.service]).toEqual([method, method.parent]);
    expect([ctx.protocolName, ctx.requestMethod, ctx.url]).toEqual(["grpc", "POST", transport.url]);
    expect(ctx.requestHeader).toBe(transport.requestHeader);
    expect([ctx.responseHeader, ctx.responseTrailer]).toEqual([transport.replyHeader, transport.replyTrailer]);
  });

  test("is nothing outside of calls, nor is it inherited", () => {
    const parent = new CallContext({ transport: fakeTransporter(), method: methodOf("Unary") });
    const ctx = new CallContext({ parent });
    expect([ctx.transport, ctx.method]).toEqual([undefined, undefined]);
  });
});
