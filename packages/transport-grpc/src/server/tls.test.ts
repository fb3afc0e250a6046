import { once } from "node:events";
import { connect as connectHttp2, type SecureClientSessionOptions } from "node:http2";
import { connect as connectSocket, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { describe, expect, it } from "vitest";
import { Echo } from "../../testdata/gen/interop/v1/interop_pb.ts";
import { createInteropServer, requestOf } from "../../testdata/interop-server.ts";
import { RawClient } from "../../testdata/raw-grpc.ts";
import { ca, clientCertificate, serverCertificate, strangerCertificate } from "../../testdata/tls.ts";
import type { GrpcServerOptions } from "./options.ts";

const { getItem } = Echo.method;

async function secure(tls: Partial<NonNullable<GrpcServerOptions["tls"]>> = {}, options: GrpcServerOptions = {}) {
  const server = createInteropServer({ tls: { ...serverCertificate, ...tls }, ...options });
  await server.start();
  return server;
}

/** Whether a call through a new connection succeeds. */
async function works(endpoint: string, options: SecureClientSessionOptions): Promise<boolean> {
  const client = new RawClient(connectHttp2(endpoint.replace("grpcs://127.0.0.1", "https://localhost"), options));
  const reply = await client.send(requestOf(getItem));
  // Of a session that was refused in its handshake, node:http2 may never say that it closed.
  client.session.destroy();
  return reply.trailers["grpc-status"] === "0";
}

/** Resolves when a socket has closed, well or not. */
function closeOf(socket: Socket): Promise<void> {
  socket.on("error", () => {});
  socket.resume();
  return new Promise((resolve) => socket.once("close", () => resolve()));
}

describe("TLS", () => {
  it("is spoken with HTTP/2 by ALPN", async () => {
    await using server = await secure();
    expect(server.endpoint()).toMatch(/^grpcs:\/\/127\.0\.0\.1:\d+$/);
    await using client = await RawClient.connect(server.endpoint().replace("127.0.0.1", "localhost"), { ca });
    expect(client.session.alpnProtocol).toBe("h2");
    expect((await client.send(requestOf(getItem))).trailers).toMatchObject({ "grpc-status": "0" });
  });

  it("refuses clients that do not trust it, speak no HTTP/2, or no TLS, and serves the others", async () => {
    await using server = await secure({}, { web: false });
    const port = Number(server.endpoint().split(":").pop());
    expect(await works(server.endpoint(), {})).toBe(false);
    const http1 = connectTls({ host: "localhost", port, ca, ALPNProtocols: ["http/1.1"] });
    const plain = connectSocket(port, "127.0.0.1", () => plain.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
    await Promise.all([closeOf(http1), closeOf(plain)]);
    expect(await works(server.endpoint(), { ca })).toBe(true);
  });

  it("can ask for the client's certificate", async () => {
    await using server = await secure({ ca, requestCert: true });
    expect(await works(server.endpoint(), { ca, ...clientCertificate })).toBe(true);
    expect(await works(server.endpoint(), { ca })).toBe(false);
    expect(await works(server.endpoint(), { ca, ...strangerCertificate })).toBe(false);
  });

  it("stops although a handshake never ends", async () => {
    const server = await secure();
    const socket = connectSocket(Number(server.endpoint().split(":").pop()), "127.0.0.1");
    const closed = closeOf(socket);
    await once(socket, "connect");
    await Promise.all([server.stop(), closed]);
  });

  it("with a certificate that is none fails at start, not later", async () => {
    const server = createInteropServer({ tls: { cert: "x", key: "y" } });
    await expect(server.start()).rejects.toThrow();
    await server.stop();
  });
});
