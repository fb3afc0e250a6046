import { readFile } from "node:fs/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { echo } from "../../testdata/echo.ts";
import { Echo } from "../../testdata/gen/interop/v1/interop_pb.ts";
import { RawConnection, send } from "../../testdata/http.ts";
import { createHttpServer, type HttpServer } from "./http-server.ts";
import type { HttpServerTlsOptions } from "./options.ts";

const [key, cert] = await Promise.all(
  ["key", "cert"].map((part) => readFile(new URL(`../../testdata/tls/localhost.${part}.pem`, import.meta.url))),
);

async function started(tls: HttpServerTlsOptions = {}): Promise<HttpServer> {
  const server = createHttpServer({ address: "127.0.0.1:0", tls: { key, cert, ...tls } }).service(Echo, echo);
  await server.start();
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server;
}

describe("HTTPS", () => {
  it("serves by key and certificate, and says so in its endpoint", async () => {
    const server = await started();
    expect(server.endpoint()).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect((await send(server.endpoint(), "GET /v1/items/7", { ca: cert } as object)).json).toMatchObject({ id: "7" });
  });

  it("asks for a certificate of the client where that is wanted", async () => {
    const server = await started({ ca: cert, requestCert: true, rejectUnauthorized: true });
    await expect(send(server.endpoint(), "GET /v1/items/7", { ca: cert } as object)).rejects.toThrow();
    const answer = await send(server.endpoint(), "GET /v1/items/7", { ca: cert, key, cert } as object);
    expect(answer.status).toBe(200);
  });

  it("ends a connection that does not speak TLS, and lives on", async () => {
    const server = await started();
    await using plain = new RawConnection(server.endpoint());
    await plain.write("GET / HTTP/1.1", "Host: a", "").end();
    expect((await send(server.endpoint(), "GET /v1/items/7", { ca: cert } as object)).status).toBe(200);
  });

  it("stops, whatever state its connections are in", async () => {
    const server = await started();
    await using silent = new RawConnection(server.endpoint());
    await send(server.endpoint(), "GET /v1/items/7", { ca: cert } as object);
    const begun = send(server.endpoint(), "GET /v1/sleep/30", { ca: cert } as object);
    await send(server.endpoint(), "GET /v1/items/7", { ca: cert } as object);
    await server.stop();
    expect((await begun).json).toMatchObject({ finished: true });
    await silent.end();
  });
});
