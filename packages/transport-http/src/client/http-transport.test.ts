import { createContextValues } from "@connectrpc/connect";
import { createContextKey, type Middleware } from "@kratos-ts/core";
import { describe, expect, it } from "vitest";
import { failure, setUp } from "../../testdata/raw-peer.ts";
import { replyJson } from "../../testdata/raw-server.ts";

describe("middleware", () => {
  it("is composed once for a method, and sees the call", async () => {
    const composed: string[] = [];
    const seen: unknown[] = [];
    const middleware: Middleware = (next, info) => {
      composed.push(`${info.side} ${info.kind} ${info.operation}`);
      return async (req, ctx) => {
        const { transport } = ctx;
        seen.push([req.$typeName, transport?.url, transport?.peer, transport?.pathTemplate, transport?.requestMethod]);
        const reply = await next(req, ctx);
        seen.push([reply.$typeName, transport?.url, transport?.peer]);
        return reply;
      };
    };
    await using peer = await setUp(replyJson({}), { middleware: [middleware] });
    await peer.echo.getItem({ id: "7" });
    await peer.echo.getItem({ id: "7" });
    expect(composed).toEqual(["client http /interop.v1.Echo/GetItem"]);
    const address = peer.server.url.slice("http://".length);
    expect(seen.slice(0, 2)).toEqual([
      ["interop.v1.GetItemRequest", `${peer.server.url}/v1/items/{id}`, undefined, "/v1/items/{id}", "GET"],
      ["interop.v1.GetItemRequest", `${peer.server.url}/v1/items/7`, address],
    ]);
  });

  it("may send a request again, and may answer itself", async () => {
    const retry: Middleware = (next) => (req, ctx) => next(req, ctx).catch(() => next(req, ctx));
    let calls = 0;
    await using peer = await setUp(
      (request, response) => {
        replyJson({ id: "7" }, { status: calls++ === 0 ? 503 : 200 })(request, response, response.req);
      },
      { middleware: [retry] },
    );
    expect((await peer.echo.getItem({ id: "7" })).id).toBe("7");
    await using other = await setUp(undefined, { middleware: [() => async () => ({ id: "cached" })] });
    expect((await other.echo.getItem({ id: "7" })).$typeName).toBe("interop.v1.GetItemRequest");
    expect(other.server.seen).toHaveLength(0);
  });

  it("finds the contextValues of the call in its context", async () => {
    const key = createContextKey("none");
    const seen: string[] = [];
    const middleware: Middleware = (next) => (req, ctx) => {
      seen.push(ctx.get(key));
      return next(req, ctx);
    };
    await using peer = await setUp(undefined, { middleware: [middleware] });
    await peer.echo.nothing({}, { contextValues: createContextValues().set(key, "given") });
    await peer.echo.nothing({});
    expect(seen).toEqual(["given", "none"]);
  });

  it("that throws something else makes a KratosError of it", async () => {
    await using peer = await setUp(undefined, {
      middleware: [
        () => async () => {
          throw new RangeError("out of range");
        },
      ],
    });
    const error = await failure(peer.echo.nothing({}));
    expect(error).toMatchObject({ code: 500, reason: "", message: "out of range" });
    expect(error.cause).toBeInstanceOf(RangeError);
  });
});
