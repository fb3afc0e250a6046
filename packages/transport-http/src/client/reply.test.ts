import { create } from "@bufbuild/protobuf";
import type { Middleware } from "@kratos-ts/core";
import { describe, expect, it } from "vitest";
import { Color, GetItemRequestSchema, ItemSchema } from "../../testdata/gen/interop/v1/interop_pb.ts";
import { failure, setUp } from "../../testdata/raw-peer.ts";
import { replyJson } from "../../testdata/raw-server.ts";

describe("a reply", () => {
  it("is read by its content type, and as JSON when that is unknown", async () => {
    for (const type of ["application/protojson", "application/json; charset=utf-8", "text/html", "Application/JSON"]) {
      await using peer = await setUp(replyJson({ id: "7", nope: 1 }, { type }));
      expect(await peer.echo.getItem({ id: "7" })).toMatchObject({ id: "7" });
    }
  });

  it("may be the struct JSON of Go", async () => {
    const body = `{"int64_value":9007199254740993,"color":7,"odd_name":"y","Choice":{"ChoiceNested":{"count":2}},
      "wrapped_int32":{"value":3},"wrapped_bool":{},"timestamp":{"seconds":5},"field_mask":{"paths":["a","b"]}}`;
    await using peer = await setUp((_, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(body);
    });
    expect(await peer.echo.getEverything({})).toMatchObject({
      int64Value: 9007199254740993n,
      color: Color.BLUE,
      oddName: "y",
      choice: { case: "choiceNested", value: { count: 2 } },
      wrappedInt32: 3,
      wrappedBool: false,
      timestamp: { seconds: 5n },
      fieldMask: { paths: ["a", "b"] },
    });
  });

  it("that is null is empty: Go's struct JSON has it for what is absent", async () => {
    for (const body of ["null", "null\n"]) {
      await using peer = await setUp((_, response) => {
        response.writeHead(200, { "content-type": "application/json" });
        response.end(body);
      });
      expect(await peer.echo.getItem({ id: "7" })).toStrictEqual(create(GetItemRequestSchema));
      expect((await peer.echo.replyItem({ id: "1" })).item).toStrictEqual(create(ItemSchema));
      expect((await peer.echo.replyItems({ id: "1" })).items).toEqual([]);
    }
  });

  it("sets the field that response_body names", async () => {
    await using peer = await setUp(replyJson({ id: "7" }));
    expect((await peer.echo.replyItem({ id: "1" })).item?.id).toBe("7");
  });

  it("passes raw bodies through both ways", async () => {
    await using peer = await setUp((request, response) => {
      response.writeHead(200, { "content-type": "text/csv" });
      response.end(request.body);
    });
    const data = new TextEncoder().encode("a,b");
    expect(await peer.echo.raw({ contentType: "text/plain", data })).toMatchObject({ contentType: "text/csv", data });
    expect(peer.request).toMatchObject({ body: "a,b", headers: { "content-type": "text/plain" } });
    expect((await peer.echo.downloadField({ filename: "f" })).file).toMatchObject({ contentType: "text/csv" });
  });

  it("gives its headers and trailers to those who ask", async () => {
    await using peer = await setUp((_, response) => {
      response.writeHead(200, { "content-type": "application/json", trailer: "x-end", "x-a": ["1", "2"] });
      response.write("{}");
      response.addTrailers({ "x-end": "bye" });
      response.end();
    });
    let header: Headers | undefined;
    let trailer: Headers | undefined;
    await peer.echo.nothing(
      {},
      {
        onHeader(value) {
          header = value;
        },
        onTrailer(value) {
          trailer = value;
        },
      },
    );
    expect(header?.get("X-A")).toBe("1, 2");
    expect(trailer?.get("x-end")).toBe("bye");
  });

  it("that can't be decoded is a 500", async () => {
    await using peer = await setUp((_, response) => response.end("<html>"));
    const error = await failure(peer.echo.getItem({ id: "7" }));
    expect(error).toMatchObject({ code: 500, reason: "" });
    expect(error.message).toMatch(/^the reply without a content type can't be decoded: /);
  });
});

describe("an error reply", () => {
  const status = { code: 404, reason: "USER_NOT_FOUND", message: "no user", metadata: { user: "7" } };

  it("is the error that the server threw, with the code of the status", async () => {
    await using peer = await setUp(replyJson(status, { status: 503 }));
    expect(await failure(peer.faults.failPlain({}))).toMatchObject({ ...status, code: 503 });
  });

  it.each([
    ["null metadata", '{"reason":"R","metadata":null}', "application/json", "R"],
    ["unknown fields", '{"reason":"R","details":[1]}', "application/json", "R"],
    ["code as text", '{"code":"400","reason":"R"}', "application/protojson", "R"],
    ["html", "<html>", "text/html", ""],
    ["metadata of numbers", '{"reason":"R","metadata":{"a":1}}', "application/json", ""],
    ["an array", "[]", "application/json", ""],
    ["nothing", "", "application/json", ""],
    ["plain text", "404 page not found\n", "text/plain", ""],
  ])("with %s", async (_, body, type, reason) => {
    await using peer = await setUp((_request, response) => {
      response.writeHead(418, { "content-type": type });
      response.end(body);
    });
    const error = await failure(peer.faults.failPlain({}));
    expect(error).toMatchObject({ code: 418, reason, message: "" });
    expect(error.cause === undefined).toBe(reason !== "");
  });

  it("is a redirect too: it is not followed", async () => {
    await using peer = await setUp((_, response) => response.writeHead(302, { location: "/elsewhere" }).end());
    const error = await failure(peer.echo.redirect({ url: "/elsewhere", code: 302 }));
    expect(error).toMatchObject({ code: 302, reason: "", message: "" });
    expect(String(error.cause)).toContain("redirects to /elsewhere");
    expect(peer.server.seen).toHaveLength(1);
  });

  it("leaves its headers to middleware", async () => {
    const seen: (string | null | undefined)[] = [];
    const middleware: Middleware = (next) => async (req, ctx) => {
      try {
        return await next(req, ctx);
      } finally {
        seen.push(ctx.transport?.replyHeader.get("retry-after"));
      }
    };
    await using peer = await setUp((_, response) => response.writeHead(429, { "retry-after": "5" }).end(), {
      middleware: [middleware],
    });
    expect((await failure(peer.echo.nothing({}))).code).toBe(429);
    expect(seen).toEqual(["5"]);
  });
});
