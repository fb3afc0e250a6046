import { mkdtemp, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { type Logger, peerIdentityKey } from "@kratos-ts/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { send } from "../../testdata/http.ts";
import { createHttpServer } from "./http-server.ts";
import type { HttpServerOptions } from "./options.ts";

const [key, cert] = await Promise.all(
  ["key", "cert"].map((part) => readFile(new URL(`../../testdata/tls/localhost.${part}.pem`, import.meta.url))),
);

async function started(options: HttpServerOptions) {
  const server = createHttpServer({ address: "127.0.0.1:0", ...options }).get("/who", (_request, ctx) => {
    const { commonName = "nobody" } = ctx.get(peerIdentityKey) ?? {};
    return Response.json({ commonName });
  });
  await server.start();
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server.endpoint();
}

describe("certificates in files", () => {
  it("are taken anew when they change, and the connections that are open stay", async () => {
    const folder = await mkdtemp(join(tmpdir(), "kratos-tls-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const [certFile, keyFile] = [join(folder, "cert.pem"), join(folder, "key.pem")];
    await Promise.all([writeFile(certFile, cert!), writeFile(keyFile, key!)]);
    const renewed = Promise.withResolvers<void>();
    const logger = { info: () => renewed.resolve(), error: renewed.reject } as unknown as Logger;
    const endpoint = await started({ tls: { certFile, keyFile, reloadMs: 10 }, logger });
    const socket = connect({ host: "localhost", port: Number(new URL(endpoint).port), ca: cert });
    await new Promise((resolve) => socket.once("secureConnect", resolve));
    await utimes(certFile, 1, 1);
    await renewed.promise;
    expect((await send(endpoint, "GET /who", { ca: cert } as object)).status).toBe(200);
    socket.write("GET /who HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    let text = "";
    for await (const chunk of socket) text += chunk;
    expect(text).toMatch(/^HTTP\/1.1 200/);
  });

  it("that are missing fail the start with their name", async () => {
    const server = createHttpServer({ tls: { certFile: "/nowhere/cert.pem", key } });
    await expect(server.start()).rejects.toThrow("can't be read: /nowhere/cert.pem");
  });
});

describe("a caller's certificate", () => {
  it("is in the context of its calls, with mutual TLS alone", async () => {
    const mutual = await started({ tls: { key, cert, ca: cert, requestCert: true, rejectUnauthorized: false } });
    const known = await send(mutual, "GET /who", { ca: cert, key, cert } as object);
    expect(known.json).toEqual({ commonName: "localhost" });
    const unknown = await send(mutual, "GET /who", { ca: cert } as object);
    expect(unknown.json).toEqual({ commonName: "nobody" });
    const plain = await started({ tls: { key, cert } });
    expect((await send(plain, "GET /who", { ca: cert, key, cert } as object)).json).toEqual({ commonName: "nobody" });
  });
});
