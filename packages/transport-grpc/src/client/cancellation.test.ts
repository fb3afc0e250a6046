import { once } from "node:events";
import { constants } from "node:http2";
import { CallContext, errorServiceUnavailable, now, runInContext } from "@kratos-ts/core";
import { describe, expect, it } from "vitest";
import { echoClient, failureOf } from "../../testdata/echo-client.ts";
import { answer, answerOnce, RawServer } from "../../testdata/raw-server.ts";

const silent = (): Promise<RawServer> => RawServer.start(() => {});
const timeoutOf = (server: RawServer): number =>
  Number(/^(\d+)m$/.exec(String(server.calls[0]?.headers["grpc-timeout"]))?.[1]);

describe("a deadline", () => {
  it("is two seconds unless the transport or the call says otherwise", async () => {
    await using server = await RawServer.start((call) => answer(call));
    await using client = echoClient(server.endpoint);
    await using patient = echoClient(server.endpoint, { timeoutMs: 60_000 });
    await using endless = echoClient(server.endpoint, { timeoutMs: 0 });
    await client.echo.noRule({});
    await client.echo.noRule({}, { timeoutMs: 90_000 });
    await client.echo.noRule({}, { timeoutMs: 0 });
    await patient.echo.noRule({});
    await endless.echo.noRule({});
    const seconds = server.calls
      .map(({ headers }) => headers["grpc-timeout"])
      .map((text) => {
        return text === undefined ? undefined : Math.ceil(Number.parseInt(String(text), 10) / 1000);
      });
    expect(seconds).toEqual([2, 90, undefined, 60, undefined]);
  });

  it("that passes ends the call with 504, and its stream with CANCEL", async () => {
    await using server = await silent();
    await using client = echoClient(server.endpoint);
    const start = now();
    const error = await failureOf(client.echo.noRule({}, { timeoutMs: 50 }));
    expect(error).toMatchObject({ code: 504, message: "context deadline exceeded" });
    expect(now() - start).toBeGreaterThanOrEqual(49);
    const { stream } = server.calls[0]!;
    if (!stream.closed) await once(stream, "close");
    expect(stream.rstCode).toBe(constants.NGHTTP2_CANCEL);
  });

  it("that has passed already sends nothing", async () => {
    await using server = await silent();
    await using client = echoClient(server.endpoint);
    const over = new CallContext({ timeoutMs: -1 });
    const error = await runInContext(over, () => failureOf(client.echo.noRule({})));
    expect(error).toMatchObject({ code: 504, message: "context deadline exceeded" });
    expect(server.sessions).toHaveLength(0);
    over.end();
  });

  it("is inherited from the context that the call is made in, what is left of it", async () => {
    await using server = await RawServer.start((call) => answer(call));
    await using client = echoClient(server.endpoint);
    const ctx = new CallContext({ timeoutMs: 700 });
    await runInContext(ctx, () => client.echo.noRule({}));
    ctx.end();
    expect(timeoutOf(server)).toBeGreaterThan(300);
    expect(timeoutOf(server)).toBeLessThanOrEqual(700);
  });

  it("of the context ends the call, though the call's own is later", async () => {
    await using server = await silent();
    await using client = echoClient(server.endpoint);
    const ctx = new CallContext({ timeoutMs: 30 });
    const error = await runInContext(ctx, () => failureOf(client.echo.noRule({}, { timeoutMs: 60_000 })));
    expect(error).toMatchObject({ code: 504, message: "context deadline exceeded" });
  });

  it("that the server noticed first is one too", async () => {
    await using server = await RawServer.start((call) => answerOnce(call, { "grpc-status": "4" }));
    await using client = echoClient(server.endpoint);
    expect(await failureOf(client.echo.noRule({}))).toMatchObject({ code: 504 });
  });
});

describe("cancelling", () => {
  it("ends the call with 499, and its stream with CANCEL", async () => {
    await using server = await silent();
    await using client = echoClient(server.endpoint);
    const abort = new AbortController();
    const error = failureOf(client.echo.noRule({}, { signal: abort.signal }));
    await server.until(() => server.calls.length === 1);
    abort.abort();
    expect(await error).toMatchObject({ code: 499, message: "context canceled" });
    const { stream } = server.calls[0]!;
    if (!stream.closed) await once(stream, "close");
    expect(stream.rstCode).toBe(constants.NGHTTP2_CANCEL);
  });

  it("before the call sends nothing", async () => {
    await using server = await silent();
    await using client = echoClient(server.endpoint);
    const error = await failureOf(client.echo.noRule({}, { signal: AbortSignal.abort() }));
    expect(error).toMatchObject({ code: 499, message: "context canceled" });
    expect(server.sessions).toHaveLength(0);
  });

  it("with a reason has it as its cause; a signal that times out is a deadline", async () => {
    await using server = await silent();
    await using client = echoClient(server.endpoint);
    const why = errorServiceUnavailable("", "not wanted any more");
    const cancelled = await failureOf(client.echo.noRule({}, { signal: AbortSignal.abort(why) }));
    expect(cancelled).toMatchObject({ code: 499, message: "context canceled", cause: why });
    const late = await failureOf(client.echo.noRule({}, { signal: AbortSignal.timeout(20) }));
    expect(late).toMatchObject({ code: 504, message: "context deadline exceeded" });
  });

  it("of the context that the call is made in cancels the call", async () => {
    await using server = await silent();
    await using client = echoClient(server.endpoint);
    const ctx = new CallContext({});
    const error = runInContext(ctx, () => failureOf(client.echo.noRule({})));
    await server.until(() => server.calls.length === 1);
    ctx.cancel();
    expect(await error).toMatchObject({ code: 499, message: "context canceled" });
  });

  it("after the reply does nothing", async () => {
    await using server = await RawServer.start((call) => answer(call));
    await using client = echoClient(server.endpoint);
    const abort = new AbortController();
    await client.echo.noRule({}, { signal: abort.signal });
    abort.abort();
    expect((await client.echo.noRule({})).name).toBe("raw");
    expect(server.calls[0]!.stream.rstCode).toBe(constants.NGHTTP2_NO_ERROR);
  });
});
