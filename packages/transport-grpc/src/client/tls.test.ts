import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { describe, expect, it } from "vitest";
import { echoClient, failureOf } from "../../testdata/echo-client.ts";
import { createInteropServer } from "../../testdata/interop-server.ts";
import { ca, clientCertificate, serverCertificate, strangerCertificate } from "../../testdata/tls.ts";
import type { GrpcServerOptions } from "../server/options.ts";

const containing = (text: string): unknown => expect.stringContaining(text);

async function secureServer(tls: Partial<NonNullable<GrpcServerOptions["tls"]>> = {}) {
  const server = createInteropServer({ tls: { ...serverCertificate, ...tls } });
  await server.start();
  const endpoint = server.endpoint().replace("127.0.0.1", "localhost");
  return Object.assign(server, { url: endpoint, host: endpoint.replace("grpcs://", "") });
}

describe("TLS", () => {
  it("is spoken where the scheme says so, or where tls is given", async () => {
    await using server = await secureServer();
    await using byScheme = echoClient(server.url, { tls: { ca } });
    await using byOption = echoClient(server.host, { tls: { ca } });
    expect((await byScheme.echo.noRule({ name: "a" })).name).toBe("a");
    expect((await byOption.echo.noRule({ name: "b" })).name).toBe("b");
  });

  it("refuses a server that nobody known has signed, tls option or not", async () => {
    await using server = await secureServer();
    await using client = echoClient(server.url);
    const error = await failureOf(client.echo.noRule({}));
    expect(error).toMatchObject({ code: 503, message: containing(`can't connect to ${server.url}`) });
    expect(error.message).toMatch(/certificate/);
  });

  it("refuses a server of another name, unless that is the servername", async () => {
    await using server = await secureServer();
    const other = server.url.replace("localhost", "127.0.0.1");
    await using wrong = echoClient(other, { tls: { ca, servername: "other.example" } });
    expect(await failureOf(wrong.echo.noRule({}))).toMatchObject({ code: 503, message: containing("other.example") });
    await using right = echoClient(other, { tls: { ca, servername: "localhost" } });
    expect((await right.echo.noRule({ name: "a" })).name).toBe("a");
  });

  it("shows the client's certificate to a server that asks for it", async () => {
    await using server = await secureServer({ ca, requestCert: true });
    await using known = echoClient(server.url, { tls: { ca, ...clientCertificate } });
    expect((await known.echo.noRule({ name: "a" })).name).toBe("a");
    await using stranger = echoClient(server.url, { tls: { ca, ...strangerCertificate } });
    expect((await failureOf(stranger.echo.noRule({}))).code).toBe(503);
    await using nobody = echoClient(server.url, { tls: { ca } });
    expect((await failureOf(nobody.echo.noRule({}))).code).toBe(503);
  });

  it("of a server without HTTP/2 is an error that says so", async () => {
    const server = createTlsServer(serverCertificate, (socket) => socket.on("error", () => {}).resume());
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    await using client = echoClient(`grpcs://localhost:${port}`, { tls: { ca } });
    const error = await failureOf(client.echo.noRule({}));
    expect(error).toMatchObject({ code: 503, message: containing("does not offer HTTP/2 (ALPN protocol h2)") });
    server.close();
    await once(server, "close");
  });

  it("towards a server without it is an error, and so is cleartext towards one with it", async () => {
    await using plain = createInteropServer();
    await plain.start();
    await using tooCareful = echoClient(plain.endpoint().replace("grpc:", "grpcs:"), { tls: { ca } });
    expect(await failureOf(tooCareful.echo.noRule({}))).toMatchObject({
      code: 503,
      message: containing("can't connect"),
    });
    await using server = await secureServer();
    await using careless = echoClient(server.url.replace("grpcs:", "grpc:"));
    expect(await failureOf(careless.echo.noRule({}))).toMatchObject({
      code: 503,
      message: containing("can't connect"),
    });
  });

  it("is not left out for a discovered node that has none", async () => {
    await using plain = createInteropServer();
    await plain.start();
    const node = {
      scheme: "grpc",
      address: plain.endpoint().replace("grpc://", ""),
      serviceName: "",
      version: "",
      initialWeight: undefined,
      metadata: {},
    };
    const picker = { pick: () => ({ node, done() {} }), async [Symbol.asyncDispose]() {} };
    await using client = echoClient("discovery:///a", { tls: { ca }, resolver: { resolve: () => picker } });
    expect((await failureOf(client.echo.noRule({}))).message).toMatch(/has no TLS, but the tls option is given/);
  });
});

describe("a unix socket", () => {
  it("is an endpoint", async () => {
    const folder = await mkdtemp(join(tmpdir(), "grpc-"));
    try {
      const address = `unix:${join(folder, "app.sock")}`;
      await using server = createInteropServer({ address });
      await server.start();
      await using client = echoClient(address);
      expect((await client.echo.noRule({ name: "a" })).name).toBe("a");
      await using nowhere = echoClient(`unix:${join(folder, "none.sock")}`);
      expect(await failureOf(nowhere.echo.noRule({}))).toMatchObject({ code: 503, message: containing("ENOENT") });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
