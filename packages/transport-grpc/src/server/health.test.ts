import { describe, expect, it } from "vitest";
import { messageIn, requestOf, startInterop } from "../../testdata/interop-server.ts";
import {
  Health,
  HealthCheckResponse_ServingStatus,
  HealthCheckResponseSchema,
  HealthListResponseSchema,
} from "../gen/grpc/health/v1/health_pb.ts";

const { check, list } = Health.method;
const { SERVING, NOT_SERVING } = HealthCheckResponse_ServingStatus;

describe("grpc.health.v1.Health", () => {
  it("says SERVING for the server, and does not know services", async () => {
    await using interop = await startInterop();
    expect(messageIn(HealthCheckResponseSchema, await interop.client.send(requestOf(check))).status).toBe(SERVING);
    const statuses = messageIn(HealthListResponseSchema, await interop.client.send(requestOf(list))).statuses;
    expect(Object.entries(statuses).map(([name, { status }]) => [name, status])).toEqual([["", SERVING]]);
    const unknown = await interop.client.send(requestOf(check, { service: "interop.v1.Echo" }));
    expect(unknown.trailers).toMatchObject({ "grpc-status": "5", "grpc-message": "unknown service" });
  });

  it("says NOT_SERVING from drain on, while calls are still served", async () => {
    await using interop = await startInterop();
    await interop.server.drain?.();
    expect(messageIn(HealthCheckResponseSchema, await interop.client.send(requestOf(check))).status).toBe(NOT_SERVING);
  });

  it("is not seen by middleware", async () => {
    const deny = () => () => Promise.reject(new Error("denied"));
    await using interop = await startInterop({ middleware: [deny] });
    expect((await interop.client.send(requestOf(check))).trailers).toMatchObject({ "grpc-status": "0" });
  });

  it("answers Watch with UNIMPLEMENTED, which lets Kratos for Go call", async () => {
    await using interop = await startInterop();
    const watch = { ...requestOf(check), path: "/grpc.health.v1.Health/Watch" };
    expect((await interop.client.send(watch)).trailers).toMatchObject({ "grpc-status": "12" });
  });

  it("can be switched off", async () => {
    await using interop = await startInterop({ health: false });
    expect((await interop.client.send(requestOf(check))).trailers).toMatchObject({ "grpc-status": "12" });
  });
});
