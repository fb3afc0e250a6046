import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { echo } from "../../testdata/echo.ts";
import { Echo } from "../../testdata/gen/interop/v1/interop_pb.ts";
import { send } from "../../testdata/http.ts";
import { createHttpServer } from "./http-server.ts";

const server = createHttpServer({ address: "127.0.0.1:0" }).service(Echo, echo);
beforeAll(() => server.start());
afterAll(() => server.stop());

const everything = "POST /v1/everything";
const nested = '{"nested":{"child":{"count":"x"}}}';
const integer = "a 32-bit integer";

describe("what can't be read is refused with its place and what was expected", () => {
  it.each([
    [everything, '{"int32Value":"x"}', "body field int32Value", integer],
    [everything, '{"int32Value":2147483648}', "body field int32Value", integer],
    [everything, nested, "body field nested.child.count", integer],
    [everything, '{"int32List":[1,"x"]}', "body field int32List", integer],
    [everything, '{"stringMap":{"a":1}}', "body field stringMap", "a string"],
    [everything, '{"boolValue":"yes"}', "body field boolValue", "true or false"],
    [everything, '{"bytesValue":"*"}', "body field bytesValue", "base64"],
    [everything, '{"timestamp":"yesterday"}', "body field timestamp", "RFC 3339"],
    [everything, '{"duration":"1m"}', "body field duration", "seconds"],
    [everything, '{"color":true}', "body field color", "a value of interop.v1.Color, by name or number"],
    [everything, "[]", "body", "an object"],
    ["POST /v1/bodies/1/text", "1", "body", "a string"],
    ["GET /v1/everything?nested.child.count=x", undefined, "query parameter nested.child.count", integer],
    ["GET /v1/everything?timestamp=x", undefined, "query parameter timestamp", "RFC 3339"],
    ["GET /v1/typed/abc/1/true/RED", undefined, "path variable small", integer],
    ["GET /v1/typed/1/abc/true/RED", undefined, "path variable large", "64-bit integer"],
    ["GET /v1/typed/1/1/maybe/RED", undefined, "path variable flag", "true or false"],
  ])("%s %s", async (what, body, place, expected) => {
    const answer = await send(server.endpoint(), what, { type: "application/json", body });
    expect([answer.status, answer.json.reason]).toEqual([400, "CODEC"]);
    const { message } = answer.json;
    expect(message).toContain(place);
    expect(message.slice(message.indexOf(": expected "))).toContain(expected);
  });

  it("names no more of what was sent than a piece", async () => {
    const body = JSON.stringify({ int32Value: `secret${"x".repeat(10_000)}` });
    const { json } = await send(server.endpoint(), everything, { type: "application/json", body });
    expect(json.message.length).toBeLessThan(200);
  });
});
