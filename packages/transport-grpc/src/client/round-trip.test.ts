import { create } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import { type Context, KratosError } from "@kratos-ts/core";
import { describe, expect, it } from "vitest";
import { echoClient, failureOf } from "../../testdata/echo-client.ts";
import { Faults, HeaderValuesSchema } from "../../testdata/gen/interop/v1/interop_pb.ts";
import { createInteropServer, type InteropOptions } from "../../testdata/interop-server.ts";

async function start(options: InteropOptions = {}) {
  const server = createInteropServer(options);
  await server.start();
  return server;
}

describe("client and server together", () => {
  it.each(["proto", "json"] as const)("exchange messages in %s", async (codec) => {
    await using server = await start();
    await using client = echoClient(server.endpoint(), { codec });
    const file = { contentType: "text/plain", data: new Uint8Array(100_000).fill(7) };
    expect(await client.echo.raw(file)).toMatchObject(file);
    expect(await client.echo.nothing({})).toMatchObject({ $typeName: "google.protobuf.Empty" });
  });

  it("exchange large messages, compressed or not", async () => {
    await using server = await start();
    const name = "large ".repeat(500_000);
    await using plain = echoClient(server.endpoint(), { timeoutMs: 10_000 });
    await using zipped = echoClient(server.endpoint(), { timeoutMs: 10_000, sendCompression: "gzip" });
    expect((await plain.echo.noRule({ name })).name).toBe(name);
    expect((await zipped.echo.noRule({ name })).name).toBe(name);
  });

  it("have the same error on both sides", async () => {
    await using server = await start();
    await using client = echoClient(server.endpoint());
    const faults = createClient(Faults, client.transport);
    const thrown = { code: 404, reason: "USER_NOT_FOUND", message: "no üser 7%", metadata: { id: "7" } };
    const error = await failureOf(faults.fail(thrown));
    expect(error).toBeInstanceOf(KratosError);
    expect(error).toMatchObject(thrown);
    expect(await failureOf(faults.failPlain({ message: "plain" }))).toMatchObject({ code: 500, reason: "" });
  });

  it("carry headers and what is left of the deadline", async () => {
    await using server = await start();
    await using client = echoClient(server.endpoint());
    const seen = await client.echo.seen({}, { headers: { "x-md-global-a": "1" } });
    expect(seen.headers["x-md-global-a"]).toEqual(create(HeaderValuesSchema, { values: ["1"] }));
    expect(seen.hasDeadline).toBe(true);
  });

  it("end the handler when the caller cancels", async () => {
    const ended = Promise.withResolvers<unknown>();
    const begun = Promise.withResolvers<void>();
    const sleep = (_: unknown, ctx: Context): Promise<never> =>
      new Promise(() => {
        ctx.signal.addEventListener("abort", () => ended.resolve(ctx.signal.reason));
        begun.resolve();
      });
    await using server = await start({ implementation: { sleep } });
    await using client = echoClient(server.endpoint());
    const abort = new AbortController();
    const call = failureOf(client.echo.sleep({ millis: 1000 }, { signal: abort.signal }));
    await begun.promise;
    abort.abort();
    expect((await call).code).toBe(499);
    expect(await ended.promise).toMatchObject({ code: 499 });
  });

  it("pass deadline and cancellation on through a call made in a handler", async () => {
    const ended = Promise.withResolvers<unknown>();
    const begun = Promise.withResolvers<number | undefined>();
    await using last = await start({
      implementation: {
        sleep: (_: unknown, ctx: Context) =>
          new Promise(() => {
            ctx.signal.addEventListener("abort", () => ended.resolve(ctx.signal.reason));
            begun.resolve(ctx.timeoutMs());
          }),
      },
    });
    await using inner = echoClient(last.endpoint(), { timeoutMs: 60_000 });
    await using first = await start({ timeoutMs: 0, implementation: { sleep: () => inner.echo.sleep({}) } });
    await using outer = echoClient(first.endpoint());
    const abort = new AbortController();
    const call = failureOf(outer.echo.sleep({}, { signal: abort.signal, timeoutMs: 800 }));
    expect(await begun.promise).toBeLessThanOrEqual(800);
    abort.abort();
    expect((await call).code).toBe(499);
    expect(await ended.promise).toMatchObject({ code: 499 });
  });

  it("lose no call that had begun when the server stops", async () => {
    await using server = await start({ timeoutMs: 0 });
    await using client = echoClient(server.endpoint(), { timeoutMs: 10_000 });
    await client.echo.nothing({});
    const calls = Array.from({ length: 100 }, () => client.echo.sleep({ millis: 50 }));
    await client.echo.nothing({});
    await server.stop();
    const replies = await Promise.all(calls);
    expect(replies.every(({ finished }) => finished)).toBe(true);
    expect((await failureOf(client.echo.nothing({}))).code).toBe(503);
  });
});
