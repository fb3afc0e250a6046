import { errorNotFound } from "@kratos-ts/core";
import { SpanStatusCode } from "@opentelemetry/api";
import { describe, expect, test } from "vitest";
import { spanOf } from "../testdata/served.ts";
import type { TracingOptions } from "./options.ts";

describe("with kratosAttributes", () => {
  const options: TracingOptions = { kratosAttributes: true, messageSize: () => 12 };

  test("the span has Kratos's too", async () => {
    const span = await spanOf({
      options,
      kind: "http",
      handler: async () => ({}),
      headers: ["x-md-service-name", "a"],
    });
    expect(span.attributes).toMatchObject({
      "rpc.system": "http",
      "rpc.service": "users.v1.Users",
      "rpc.method": "Find",
      "peer.service": "a",
      "net.peer.ip": "10.0.0.1",
      "net.peer.port": "51234",
      "http.method": "GET",
      "http.route": "/v1/users/{id}",
      "http.target": "/v1/users/7",
      "recv_msg.size": 12,
      "send_msg.size": 12,
      "http.request.method": "GET",
    });
    expect(span.attributes).not.toHaveProperty("rpc.status_code");
  });

  test("an error's rpc.status_code is its code", async () => {
    const span = await spanOf({ options, handler: () => Promise.reject(errorNotFound("X")) });
    expect(span.attributes).toMatchObject({ "rpc.status_code": 404, "recv_msg.size": 12 });
    expect(span.attributes).not.toHaveProperty("send_msg.size");
  });

  test("a messageSize that throws measures nothing", async () => {
    const messageSize = () => {
      throw new Error("no");
    };
    const span = await spanOf({ options: { kratosAttributes: true, messageSize }, handler: async () => ({}) });
    expect(span.attributes).not.toHaveProperty("recv_msg.size");
    expect(span.status.code).toBe(SpanStatusCode.UNSET);
  });
});
