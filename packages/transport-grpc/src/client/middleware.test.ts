import { type CallInfo, type Context, KratosError, type Middleware } from "@kratos-ts/core";
import { describe, expect, it } from "vitest";
import { echoClient, failureOf } from "../../testdata/echo-client.ts";
import { answer, answerOnce, nameFrame, RawServer } from "../../testdata/raw-server.ts";

describe("client middleware", () => {
  it("is composed once for each method, and runs once a call, the first outermost", async () => {
    await using server = await RawServer.start((call) => answer(call));
    const composed: CallInfo[] = [];
    const order: string[] = [];
    const named =
      (name: string): Middleware =>
      (next, info) => {
        composed.push(info);
        return async (req, ctx) => {
          order.push(`${name} before`);
          const reply = await next(req, ctx);
          order.push(`${name} after`);
          return reply;
        };
      };
    await using client = echoClient(server.endpoint, { middleware: [named("outer"), named("inner")] });
    await client.echo.noRule({});
    await client.echo.noRule({});
    expect(composed).toHaveLength(2);
    expect(composed[0]).toMatchObject({ operation: "/interop.v1.Echo/NoRule", kind: "grpc", side: "client" });
    const once = ["outer before", "inner before", "inner after", "outer after"];
    expect(order).toEqual([...once, ...once]);
  });

  it("sees the messages and the call's transport, and sets request headers", async () => {
    await using server = await RawServer.start((call) =>
      answer(call, { headers: { "x-reply": "r" }, trailers: { "grpc-status": "0", "x-last": "l" } }),
    );
    const seen: unknown[] = [];
    const look: Middleware = (next) => async (req, ctx) => {
      const transport = ctx.transport!;
      const { kind, side, operation, requestMethod, url, endpoint } = transport;
      seen.push({ name: req.name, kind, side, operation, requestMethod, url, endpoint });
      transport.requestHeader.set("x-added", "by middleware");
      const reply = await next(req, ctx);
      seen.push([reply.name, transport.replyHeader.get("x-reply"), transport.replyTrailer.get("x-last")]);
      seen.push(transport.peer);
      return { ...reply, name: "changed" };
    };
    await using client = echoClient(server.endpoint, { middleware: [look] });
    expect((await client.echo.noRule({ name: "in" })).name).toBe("changed");
    const operation = "/interop.v1.Echo/NoRule";
    const { endpoint, port } = server;
    const call = { name: "in", kind: "grpc", side: "client", operation, requestMethod: "POST", endpoint };
    expect(seen).toEqual([{ ...call, url: endpoint + operation }, ["raw", "r", "l"], `127.0.0.1:${port}`]);
    expect(server.calls[0]!.headers["x-added"]).toBe("by middleware");
  });

  it("may call again, with the headers of the last attempt to show for it", async () => {
    await using server = await RawServer.start((call) =>
      call.index === 0
        ? answerOnce(call, { "grpc-status": "14", "x-attempt": "1" })
        : answer(call, { headers: { "x-attempt": "2" }, chunks: [nameFrame("second")] }),
    );
    let ctxSeen: Context | undefined;
    const retry: Middleware = (next) => async (req, ctx) => {
      ctxSeen = ctx;
      return next(req, ctx).catch(() => next(req, ctx));
    };
    await using client = echoClient(server.endpoint, { middleware: [retry] });
    expect((await client.echo.noRule({})).name).toBe("second");
    expect(ctxSeen?.transport?.replyHeader.get("x-attempt")).toBe("2");
    expect(ctxSeen?.transport?.replyTrailer.size).toBe(0);
  });

  it("may answer or fail without calling; what it throws arrives as a KratosError", async () => {
    const boom = new TypeError("boom");
    const fail: Middleware = () => async () => {
      throw boom;
    };
    await using failing = echoClient("127.0.0.1:1", { middleware: [fail] });
    const error = await failureOf(failing.echo.noRule({}));
    expect(error).toBeInstanceOf(KratosError);
    expect(error).toMatchObject({ code: 500, message: "boom", cause: boom });
    const cached: Middleware = () => async (req) => req;
    await using answering = echoClient("127.0.0.1:1", { middleware: [cached] });
    expect((await answering.echo.noRule({ name: "from a cache" })).name).toBe("from a cache");
  });
});
