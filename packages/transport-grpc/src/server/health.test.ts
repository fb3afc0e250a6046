import { createClient } from "@connectrpc/connect";
import { describe, expect, it } from "vitest";
import { failureOf } from "../../testdata/echo-client.ts";
import { Echo } from "../../testdata/gen/interop/v1/interop_pb.ts";
import { messageIn, requestOf, startInterop } from "../../testdata/interop-server.ts";
import { startPair } from "../../testdata/streams-client.ts";
import {
  Health,
  HealthCheckResponse_ServingStatus,
  HealthCheckResponseSchema,
  HealthListResponseSchema,
} from "../gen/grpc/health/v1/health_pb.ts";

const { check, list } = Health.method;
const { SERVING, NOT_SERVING, SERVICE_UNKNOWN } = HealthCheckResponse_ServingStatus;

describe("grpc.health.v1.Health", () => {
  it("says SERVING for the server, and does not know services by itself", async () => {
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

  it("knows services once they are set, each with its own status", async () => {
    await using pair = await startPair();
    const health = createClient(Health, pair.transport);
    pair.server.setHealth(Echo, "NOT_SERVING");
    pair.server.setHealth("another", "UNKNOWN");
    expect((await health.check({ service: "interop.v1.Echo" })).status).toBe(NOT_SERVING);
    expect((await health.check({})).status).toBe(SERVING);
    const { statuses } = await health.list({});
    expect(Object.keys(statuses)).toEqual(["", "interop.v1.Echo", "another"]);
    await pair.server.drain?.();
    expect(Object.values((await health.list({})).statuses).map(({ status }) => status)).toEqual(
      Array(3).fill(NOT_SERVING),
    );
    pair.server.setHealth("", "SERVING");
    expect((await health.check({})).status).toBe(NOT_SERVING);
  });

  it("streams the status to those who watch, now and whenever it changes", async () => {
    await using pair = await startPair();
    const health = createClient(Health, pair.transport);
    const watch = (service: string) => health.watch({ service })[Symbol.asyncIterator]();
    const [whole, one] = [watch(""), watch("interop.v1.Echo")];
    expect((await whole.next()).value).toMatchObject({ status: SERVING });
    expect((await one.next()).value).toMatchObject({ status: SERVICE_UNKNOWN });
    const next = one.next();
    pair.server.setHealth(Echo, "SERVING");
    expect((await next).value).toMatchObject({ status: SERVING });
    pair.server.setHealth(Echo, "SERVING");
    await pair.server.drain?.();
    expect((await one.next()).value).toMatchObject({ status: NOT_SERVING });
    expect((await whole.next()).value).toMatchObject({ status: NOT_SERVING });
  });

  it("tells watchers when the server stops, which does not wait for them", async () => {
    await using pair = await startPair();
    const watch = createClient(Health, pair.transport).watch({})[Symbol.asyncIterator]();
    await watch.next();
    await pair.server.stop();
    expect((await watch.next()).value).toMatchObject({ status: NOT_SERVING });
    expect(await failureOf(watch.next())).toMatchObject({ code: 503, message: "the server is stopping" });
  });

  it("forgets watchers that leave", async () => {
    await using pair = await startPair();
    const abort = new AbortController();
    const watch = createClient(Health, pair.transport).watch({}, { signal: abort.signal })[Symbol.asyncIterator]();
    await watch.next();
    abort.abort();
    expect(await failureOf(watch.next())).toMatchObject({ code: 499 });
    pair.server.setHealth("", "NOT_SERVING");
  });

  it("can be switched off", async () => {
    await using interop = await startInterop({ health: false });
    expect((await interop.client.send(requestOf(check))).trailers).toMatchObject({ "grpc-status": "12" });
  });
});
