import { once } from "node:events";
import { connect as connectSocket } from "node:net";
import type { Logger } from "@kratos-ts/core";
import { noopLogger, operationOf } from "@kratos-ts/core";
import { describe, expect, it } from "vitest";
import { Echo } from "../../testdata/gen/interop/v1/interop_pb.ts";
import { requestOf, startInterop } from "../../testdata/interop-server.ts";
import { frame } from "../frame.ts";

const { getItem } = Echo.method;

describe("keepalive", () => {
  it("pings a quiet connection and keeps it when it answers", async () => {
    await using interop = await startInterop({ keepalive: { intervalMs: 20, timeoutMs: 5000 } });
    for (let i = 0; i < 3; i++) await once(interop.client.session, "ping");
    expect((await interop.client.send(requestOf(getItem))).trailers).toMatchObject({ "grpc-status": "0" });
  });

  it("cuts a connection that does not answer, and tells the log", async () => {
    const logged = Promise.withResolvers<unknown>();
    const logger: Logger = { ...noopLogger, warn: (message, fields) => logged.resolve([message, fields?.error]) };
    await using interop = await startInterop({ logger, keepalive: { intervalMs: 20, timeoutMs: 20 } });
    const socket = connectSocket(Number(interop.server.endpoint().split(":").pop()), "127.0.0.1");
    socket.on("error", () => {});
    // A preface and SETTINGS, and then nothing more.
    socket.write(
      Buffer.concat([Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])]),
    );
    socket.resume();
    await once(socket, "close");
    expect(await logged.promise).toEqual([
      "gRPC connection broke",
      expect.objectContaining({ message: expect.stringContaining("PING") }),
    ]);
  });

  it("cuts a client that pings without end, and says why", async () => {
    await using interop = await startInterop();
    const { session } = interop.client;
    const goaway = once(session, "goaway");
    for (let i = 0; i < 4; i++) session.ping(() => {});
    const [code, , data] = await goaway;
    expect(code).toBe(11);
    expect(String(data)).toBe("too_many_pings");
    await interop.client.closed();
  });

  it("lets a client ping between its calls", async () => {
    await using interop = await startInterop();
    for (let i = 0; i < 10; i++) {
      await new Promise((resolve) => interop.client.session.ping(resolve));
      expect((await interop.client.send(requestOf(getItem))).trailers).toMatchObject({ "grpc-status": "0" });
    }
  });

  it("lets a client measure the line with a ping for each frame of a long reply, as grpc-go does", async () => {
    const id = "x".repeat(1_000_000);
    await using interop = await startInterop({ implementation: { getItem: () => ({ id }) } });
    const { session } = interop.client;
    const gone = once(session, "goaway").then(([, , data]) => Promise.reject(new Error(String(data))));
    const path = operationOf(getItem);
    const headers = { ":method": "POST", ":path": path, "content-type": "application/grpc", te: "trailers" };
    const stream = session.request(headers, { endStream: false }).end(frame(new Uint8Array()));
    await once(stream, "response");
    // The reply waits for room in the window.
    for (let i = 0; i < 20; i++) await Promise.race([gone, new Promise((resolve) => session.ping(resolve))]);
    stream.resume();
    const [trailers] = await Promise.race([gone, once(stream, "trailers")]);
    expect(trailers).toMatchObject({ "grpc-status": "0" });
  });

  it("ends an idle connection in good order", async () => {
    await using interop = await startInterop({ keepalive: { maxConnectionIdleMs: 50 } });
    const [code] = await once(interop.client.session, "goaway");
    expect(code).toBe(0);
    await interop.client.closed();
  });

  it("does not take a long call for idleness", async () => {
    await using interop = await startInterop({ keepalive: { maxConnectionIdleMs: 20 } });
    const reply = await interop.client.send(requestOf(Echo.method.sleep, { millis: 200 }));
    expect(reply.trailers).toMatchObject({ "grpc-status": "0" });
  });

  it("ends an old connection, and cuts its calls after the grace", async () => {
    const keepalive = { maxConnectionAgeMs: 50, maxConnectionAgeGraceMs: 50 };
    await using interop = await startInterop({ keepalive, timeoutMs: 0 });
    const reply = await interop.client.send(requestOf(Echo.method.sleep, { millis: 60_000 }));
    expect(reply.headers).toEqual({});
    await interop.client.closed();
  });
});
