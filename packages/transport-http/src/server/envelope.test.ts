import { fromBinary } from "@bufbuild/protobuf";
import { KratosError, type ValueCodec } from "@kratos-ts/core";
import { StatusSchema } from "@kratos-ts/core/proto/errors/errors_pb.js";
import { describe, expect, it, onTestFinished } from "vitest";
import { echo, faults } from "../../testdata/echo.ts";
import { Echo, Faults } from "../../testdata/gen/interop/v1/interop_pb.ts";
import { send } from "../../testdata/http.ts";
import type { EnvelopeOptions } from "./envelope.ts";
import { createHttpServer } from "./http-server.ts";
import type { HttpServerOptions } from "./options.ts";

async function started(envelope: boolean | EnvelopeOptions, options: HttpServerOptions = {}): Promise<string> {
  const server = createHttpServer({ address: "127.0.0.1:0", envelope, ...options })
    .service(Echo, echo)
    .service(Faults, faults)
    .get("/own", () => Response.json({ own: true }))
    .get("/own/error", () => {
      throw new KratosError({ code: 409, reason: "TAKEN", message: "m", metadata: { a: "b" } });
    });
  await server.start();
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server.endpoint();
}

const notFound = { code: 404, reason: "USER_NOT_FOUND", message: "USER_NOT_FOUND of 7" };

describe("an envelope", () => {
  it("is around replies, zero values and all", async () => {
    const answer = await send(await started(true), "GET /v1/items/7");
    expect(answer).toMatchObject({ status: 200, headers: { "content-type": "application/json" } });
    expect(answer.text).toBe('{"code":0,"message":"","data":{"id":"7","shelf":"","view":""}}');
  });

  it("is around errors, with data null and their own status", async () => {
    const endpoint = await started(true);
    const answer = await send(endpoint, "GET /v1/fail/USER_NOT_FOUND?message=7");
    expect(answer.status).toBe(404);
    expect(answer.text).toBe(
      '{"code":404,"reason":"USER_NOT_FOUND","message":"USER_NOT_FOUND of 7","data":null,"metadata":{}}',
    );
    expect((await send(endpoint, "GET /own/error")).json).toMatchObject({
      code: 409,
      data: null,
      metadata: { a: "b" },
    });
    expect((await send(endpoint, "GET /nope")).json).toMatchObject({
      code: 404,
      reason: "ROUTE_NOT_FOUND",
      data: null,
    });
  });

  it.each([
    ["POST /v1/everything", "{}"],
    [
      "POST /v1/everything",
      '{"int64Value":"5","wrappedInt32":3,"struct":{"a":[1]},"timestamp":"2026-07-14T12:30:45Z"}',
    ],
    ["GET /v1/replies/7/item", undefined],
    ["GET /v1/replies/none/item", undefined],
    ["GET /v1/replies/7/items", undefined],
    ["GET /v1/replies/none/items", undefined],
    ["GET /v1/replies/7/text", undefined],
    ["GET /v1/replies/none/text", undefined],
    ["GET /v1/replies/7/labels", undefined],
    ["GET /v1/replies/none/labels", undefined],
    ["GET /v1/nothing", undefined],
  ])("holds the same data as without it: %s %s", async (what, body) => {
    const [plain, wrapped] = await Promise.all([started(false), started(true)]);
    const call = { type: "application/json", body };
    const expected = await send(plain, what, call);
    const answer = await send(wrapped, what, call);
    expect(answer.status).toBe(expected.status);
    expect(answer.json.data).toEqual(expected.json);
  });

  it("is written by the codec that is asked for", async () => {
    const lines: ValueCodec = {
      name: "lines",
      encode: (value) =>
        Object.entries(value as object)
          .map(([key, each]) => `${key}=${JSON.stringify(each)}\n`)
          .join(""),
      decode: () => ({}),
    };
    const endpoint = await started(true, { codecs: [lines] });
    const get = async (path: string, accept: string) => (await send(endpoint, `GET ${path}`, { accept })).text;
    expect(await get("/v1/items/7", "application/lines")).toBe(
      'code=0\nmessage=""\ndata={"id":"7","shelf":"","view":""}\n',
    );
    expect(await get("/v1/items/7", "application/x-www-form-urlencoded")).toBe("code=0&data.id=7&message=");
    expect(await get("/v1/fail/USER_NOT_FOUND", "application/lines")).toContain('code=404\nreason="USER_NOT_FOUND"\n');
  });

  it("leaves a binary error what errors.Status reads", async () => {
    const accept = "application/proto";
    const answer = await send(await started(true), "GET /v1/fail/USER_NOT_FOUND?message=7", { accept });
    expect(answer.headers["content-type"]).toBe(accept);
    expect(fromBinary(StatusSchema, answer.body)).toMatchObject(notFound);
  });

  it("is not around raw bodies, redirects, Responses and health", async () => {
    const endpoint = await started(true);
    expect((await send(endpoint, "GET /v1/downloads/a.txt")).text).toBe("content of a.txt");
    expect((await send(endpoint, "GET /v1/downloads/a.txt/field")).text).toBe("content of a.txt");
    expect(await send(endpoint, "GET /v1/redirect?url=/there&code=307")).toMatchObject({
      status: 307,
      headers: { location: "/there" },
    });
    expect((await send(endpoint, "GET /own")).json).toEqual({ own: true });
    expect((await send(endpoint, "GET /healthz")).json).toEqual({ status: "SERVING" });
  });

  it("has the names, the code, the message and the status that it is told", async () => {
    const names = { code: "errno", message: "err-msg", data: "result", reason: "why", metadata: "more" };
    const endpoint = await started({ names, successCode: 1, successMessage: "ok", errorStatus: 200 });
    expect((await send(endpoint, "GET /v1/items/7")).text).toBe(
      '{"errno":1,"err-msg":"ok","result":{"id":"7","shelf":"","view":""}}',
    );
    const failed = await send(endpoint, "GET /v1/fail/USER_NOT_FOUND?message=7");
    expect([failed.status, failed.json]).toEqual([
      200,
      { errno: 404, why: "USER_NOT_FOUND", "err-msg": "USER_NOT_FOUND of 7", result: null, more: {} },
    ]);
  });

  it.each<[EnvelopeOptions, string]>([
    [{ names: { code: "data" } }, 'a name of its own: "data" is none'],
    [{ names: { reason: "" } }, 'a name of its own: "" is none'],
    [{ successCode: 0.5 }, "envelope.successCode must be a 32-bit integer, not 0.5"],
    [{ errorStatus: 99 }, "envelope.errorStatus must be a status from 200 to 599, not 99"],
  ])("refuses %j", (options, message) => {
    expect(() => createHttpServer({ envelope: options })).toThrow(message);
  });
});
