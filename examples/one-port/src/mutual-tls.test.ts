// With mutual TLS every protocol's calls know who calls: the identity is in their context.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createClient } from "@connectrpc/connect";
import { type Context, peerIdentityKey } from "@kratos-ts/core";
import { createGrpcServer, createGrpcTransport } from "@kratos-ts/transport-grpc";
import { createHttpServer } from "@kratos-ts/transport-http";
import { afterAll, expect, test } from "vitest";
import { Chat } from "./gen/chat/v1/chat_pb.ts";

const pem = (name: string): string => fileURLToPath(new URL(`../tls/${name}.pem`, import.meta.url));
const read = (name: string): string => readFileSync(pem(name), "utf8");
const [ca, cert, key] = ["ca.cert", "server.cert", "server.key"].map(read);

const look = async (_request: unknown, ctx: Context) => ({ text: ctx.get(peerIdentityKey)?.commonName ?? "nobody" });
const grpc = createGrpcServer().service(Chat, { look });
const tls = { cert, key, ca, requestCert: true, rejectUnauthorized: false };
const http = createHttpServer({ address: "127.0.0.1:0", tls }).service(Chat, { look }).mount(grpc);
await http.start();
afterAll(() => http[Symbol.asyncDispose]());

const url = http.endpoint().replace("127.0.0.1", "localhost");
const connectGet = `${url}/chat.v1.Chat/Look?${new URLSearchParams({ connect: "v1", encoding: "json", message: "{}" })}`;
const shown = { "with a certificate": ["--cert", pem("server.cert"), "--key", pem("server.key")], without: [] };

async function curl(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)("curl", [
    "-sS",
    "--max-time",
    "10",
    "--cacert",
    pem("ca.cert"),
    ...args,
  ]);
  return JSON.parse(stdout).text;
}

test.each([
  ["REST over HTTP/1.1", "--http1.1", `${url}/rooms/hall`],
  ["REST over HTTP/2", "--http2", `${url}/rooms/hall`],
  ["Connect over HTTP/1.1", "--http1.1", connectGet],
  ["Connect over HTTP/2", "--http2", connectGet],
])("%s knows who calls", async (_, version, target) => {
  const known = await curl(version, ...shown["with a certificate"], target);
  expect(known).not.toBe("nobody");
  expect(known).not.toBe("");
  expect(await curl(version, ...shown.without, target)).toBe("nobody");
});

test("gRPC knows who calls", async () => {
  const endpoint = grpc.endpoint().replace("127.0.0.1", "localhost");
  await using known = createGrpcTransport({ endpoint, tls: { ca, cert, key } });
  await using unknown = createGrpcTransport({ endpoint, tls: { ca } });
  expect((await createClient(Chat, known).look({})).text).toBe(
    await curl(...shown["with a certificate"], `${url}/rooms/hall`),
  );
  expect((await createClient(Chat, unknown).look({})).text).toBe("nobody");
});
