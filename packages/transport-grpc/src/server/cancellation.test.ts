import { CallContext, type Context, createContextKey } from "@kratos-ts/core";
import { describe, expect, it } from "vitest";
import { Echo, SleepReplySchema } from "../../testdata/gen/interop/v1/interop_pb.ts";
import { messageIn, requestOf, startInterop } from "../../testdata/interop-server.ts";

const { getItem, sleep } = Echo.method;

/** A service that never ends by itself, and tells when it began and when it was cancelled. */
function stuck() {
  const began = Promise.withResolvers<Context>();
  const cancelled = Promise.withResolvers<unknown>();
  const getItemForever = (_request: unknown, ctx: Context) => {
    ctx.signal.addEventListener("abort", () => cancelled.resolve(ctx.signal.reason));
    began.resolve(ctx);
    return new Promise<never>(() => {});
  };
  return { implementation: { getItem: getItemForever }, began: began.promise, cancelled: cancelled.promise };
}

describe("the deadline", () => {
  it("is the server's own, 1 s by default", async () => {
    await using interop = await startInterop();
    const reply = messageIn(SleepReplySchema, await interop.client.send(requestOf(sleep, { millis: 0 })));
    expect(reply.hadDeadline).toBe(true);
    expect(reply.remainingMillis).toBeGreaterThan(800n);
    expect(reply.remainingMillis).toBeLessThanOrEqual(1000n);
  });

  it.each([
    ["shorter", "300m", 200n, 300n],
    ["longer, where the server's counts", "5S", 800n, 1000n],
  ])("may be asked for by the caller: %s", async (_what, timeout, least, most) => {
    await using interop = await startInterop();
    const headers = { "grpc-timeout": timeout };
    const reply = messageIn(SleepReplySchema, await interop.client.send(requestOf(sleep, { millis: 0 }, { headers })));
    expect(reply.remainingMillis).toBeGreaterThan(least);
    expect(reply.remainingMillis).toBeLessThanOrEqual(most);
  });

  it("is the caller's alone, or none, when the server has none", async () => {
    await using interop = await startInterop({ timeoutMs: 0 });
    const none = messageIn(SleepReplySchema, await interop.client.send(requestOf(sleep, { millis: 0 })));
    expect(none.hadDeadline).toBe(false);
    const headers = { "grpc-timeout": "5S" };
    const asked = messageIn(SleepReplySchema, await interop.client.send(requestOf(sleep, { millis: 0 }, { headers })));
    expect(asked.remainingMillis).toBeGreaterThan(4000n);
  });

  it("that passes is answered at once, aborts the service, and its late result is ignored", async () => {
    const { implementation, cancelled } = stuck();
    await using interop = await startInterop({ timeoutMs: 50, implementation });
    const reply = await interop.client.send(requestOf(getItem));
    expect(reply.trailers).toMatchObject({ "grpc-status": "4", "grpc-message": "context deadline exceeded" });
    expect(reply.trailers).not.toHaveProperty("grpc-status-details-bin");
    expect(await cancelled).toMatchObject({ code: 504 });
  });

  it("counts while the request is on its way too", async () => {
    await using interop = await startInterop({ timeoutMs: 50 });
    const reply = await interop.client.send({ path: "/interop.v1.Echo/GetItem", open: true });
    expect(reply.trailers).toMatchObject({ "grpc-status": "4" });
  });

  it("of zero has passed before the call begins", async () => {
    await using interop = await startInterop();
    const reply = await interop.client.send(requestOf(sleep, { millis: 500 }, { headers: { "grpc-timeout": "0m" } }));
    expect(reply.trailers).toMatchObject({ "grpc-status": "4" });
  });

  it.each(["", "1", "10x", "-1S", "123456789m", "1S, 2S"])("can't be %j", async (timeout) => {
    await using interop = await startInterop();
    const headers = { "grpc-timeout": timeout };
    const reply = await interop.client.send(requestOf(getItem, { id: "7" }, { headers }));
    expect(reply.trailers).toMatchObject({ "grpc-status": "3" });
    expect(reply.trailers["grpc-message"]).toContain("grpc-timeout");
  });
});

describe("cancellation", () => {
  it("by the caller reaches the service", async () => {
    const { implementation, began, cancelled } = stuck();
    await using interop = await startInterop({ implementation });
    const controller = new AbortController();
    const reply = interop.client.send(requestOf(getItem, {}, { signal: controller.signal }));
    await began;
    controller.abort();
    expect(await cancelled).toMatchObject({ code: 499 });
    expect(await reply).toMatchObject({ headers: {}, rstCode: 8 });
  });

  it("by a lost connection reaches the service", async () => {
    const { implementation, began, cancelled } = stuck();
    await using interop = await startInterop({ implementation });
    interop.client.send(requestOf(getItem));
    await began;
    interop.client.session.destroy();
    expect(await cancelled).toMatchObject({ code: 499 });
  });

  it("while a request is on its way costs nothing but the call", async () => {
    await using interop = await startInterop();
    const controller = new AbortController();
    const half = interop.client.send({
      path: "/interop.v1.Echo/GetItem",
      chunks: [new Uint8Array([0, 0])],
      open: true,
      signal: controller.signal,
    });
    const whole = interop.client.send(requestOf(getItem, { id: "7" }));
    expect((await whole).trailers).toMatchObject({ "grpc-status": "0" });
    controller.abort();
    expect((await half).rstCode).toBe(8);
  });

  it("of the context that the server was started with ends its calls", async () => {
    const { implementation, began, cancelled } = stuck();
    const key = createContextKey("none");
    const parent = new CallContext({});
    const start = { context: parent.with(key, "app"), onFailure: () => {} };
    await using interop = await startInterop({ implementation, start });
    const reply = interop.client.send(requestOf(getItem));
    expect((await began).get(key)).toBe("app");
    parent.cancel();
    expect(await cancelled).toMatchObject({ code: 499 });
    expect((await reply).trailers).toMatchObject({ "grpc-status": "1" });
  });

  it("of a call that has ended does nothing", async () => {
    const contexts: Context[] = [];
    const getItemOf = (_request: unknown, ctx: Context) => {
      contexts.push(ctx);
      return {};
    };
    await using interop = await startInterop({ implementation: { getItem: getItemOf } });
    await interop.client.send(requestOf(getItem));
    interop.client.session.destroy();
    await interop.client.closed();
    expect(contexts[0]?.signal.aborted).toBe(false);
  });
});
