// Whatever speaks one of the protocols calls the same service on the same port, in cleartext and with TLS.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Client, Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import { createApp } from "@kratos-ts/app";
import { ErrorInfoSchema } from "@kratos-ts/core/proto/google/rpc/error_details_pb.js";
import { createGrpcTransport as createKratosTransport } from "@kratos-ts/transport-grpc";
import { createHttpTransport } from "@kratos-ts/transport-http";
import { afterAll, describe, expect, test } from "vitest";
import { ensureGrpcurl } from "../../../tools/external/grpcurl.ts";
import { Chat } from "./gen/chat/v1/chat_pb.ts";
import { createServers } from "./servers.ts";

const run = promisify(execFile);
const grpcurl = await ensureGrpcurl();
const pem = (name: string): string => fileURLToPath(new URL(`../tls/${name}.pem`, import.meta.url));
const read = (name: string): string => readFileSync(pem(name), "utf8");

/** An app on a free port, and the URL of that. */
async function startApp(secure: boolean) {
  const tls = secure ? { cert: read("server.cert"), key: read("server.key") } : undefined;
  const started = Promise.withResolvers<void>();
  const app = createApp({
    signals: false,
    grace: 0,
    servers: createServers({ address: "127.0.0.1:0", tls }),
    hooks: { afterStart: () => started.resolve() },
  });
  const ended = app.run();
  await Promise.race([started.promise, ended]);
  const { port } = new URL(app.info.endpoints[0] ?? "");
  return { app, port, url: `${secure ? "https" : "http"}://localhost:${port}` };
}

async function heard(client: Client<typeof Chat>): Promise<string[]> {
  const texts: string[] = [];
  for await (const { text } of client.hear({ room: "hall", count: 3 })) texts.push(text);
  return texts;
}

async function talked(client: Client<typeof Chat>): Promise<string[]> {
  const texts: string[] = [];
  async function* requests() {
    for (const text of ["a", "b"]) yield { room: "hall", text };
  }
  for await (const { text } of client.talk(requests())) texts.push(text);
  return texts;
}

describe.each([
  ["in cleartext", false],
  ["with TLS", true],
])("one port %s", async (_, secure) => {
  const { app, port, url } = await startApp(secure);
  afterAll(() => app.stop());
  const nodeOptions = secure ? { ca: read("ca.cert") } : {};

  async function curl(...args: string[]): Promise<string> {
    const { stdout } = await run("curl", ["-sS", "--max-time", "10", "--cacert", pem("ca.cert"), ...args]);
    return stdout;
  }

  test("both servers are registered with it", () => {
    const s = secure ? "s" : "";
    expect(app.info.endpoints).toEqual([`http${s}://127.0.0.1:${port}`, `grpc${s}://127.0.0.1:${port}`]);
  });

  describe.each([
    ["HTTP/1.1", "1.1", "--http1.1"],
    ["HTTP/2", "2", secure ? "--http2" : "--http2-prior-knowledge"],
  ] as const)("over %s", (_, httpVersion, flag) => {
    const options = { baseUrl: url, httpVersion, nodeOptions };

    test("curl reads and writes REST", async () => {
      const version = "\n%{http_version}";
      expect(await curl(flag, "-w", version, `${url}/rooms/hall`)).toBe(`{"text":"hall is quiet"}\n${httpVersion}`);
      const type = "content-type: application/json";
      const body = await curl(flag, "-H", type, "-d", '{"text":"hi"}', `${url}/rooms/hall`);
      expect(JSON.parse(body)).toEqual({ text: "hall: hi" });
    });

    test("REST has its errors, its redirects and its HEAD", async () => {
      const status = "%{http_code}";
      const gone = await curl(flag, "-w", status, `${url}/rooms/nowhere/say/hi`);
      expect(gone).toContain('"reason":"ROOM_NOT_FOUND"');
      expect(gone).toMatch(/404$/);
      expect(await curl(flag, "-o", "/dev/null", "-w", status, `${url}/rooms/hall/`)).toBe("301");
      expect(await curl(flag, "-I", `${url}/rooms/hall`)).toMatch(/^HTTP\/\S+ 200/);
      expect(await curl(flag, "-o", "/dev/null", "-w", status, `${url}/nothing`)).toBe("404");
    });

    test("curl hears Server-Sent Events", async () => {
      const events = await curl(flag, "-N", "-H", "accept: text/event-stream", `${url}/rooms/hall/hear?count=2`);
      expect(events).toBe('event: message\ndata: {"text":"hall 1"}\n\nevent: message\ndata: {"text":"hall 2"}\n\n');
    });

    test("curl calls by Connect, with POST and with GET", async () => {
      const call = `${url}/chat.v1.Chat/Say`;
      const headers = ["-H", "content-type: application/json", "-H", "connect-protocol-version: 1"];
      expect(JSON.parse(await curl(flag, ...headers, "-d", '{"room":"hall","text":"hi"}', call))).toEqual({
        text: "hall: hi",
      });
      const query = new URLSearchParams({ connect: "v1", encoding: "json", message: '{"room":"hall"}' });
      expect(JSON.parse(await curl(flag, `${url}/chat.v1.Chat/Look?${query}`))).toEqual({ text: "hall is quiet" });
    });

    test.each<[string, Transport]>([
      ["Connect", createConnectTransport(options)],
      ["Connect with GET", createConnectTransport({ ...options, useHttpGet: true })],
      ["gRPC-Web", createGrpcWebTransport(options)],
    ])("a client of %s makes calls of every kind that it can, and gets typed errors", async (_, transport) => {
      const client = createClient(Chat, transport);
      expect(await client.say({ room: "hall", text: "hi" })).toMatchObject({ text: "hall: hi" });
      expect(await client.look({ room: "hall" })).toMatchObject({ text: "hall is quiet" });
      expect(await heard(client)).toEqual(["hall 1", "hall 2", "hall 3"]);
      if (httpVersion === "2") expect(await talked(client)).toEqual(["hall: a", "hall: b"]);
      const error = ConnectError.from(await client.say({ room: "nowhere" }).catch((thrown) => thrown));
      expect([error.code, error.rawMessage]).toEqual([Code.NotFound, "there is no such room"]);
      expect(error.findDetails(ErrorInfoSchema)[0]).toMatchObject({ reason: "ROOM_NOT_FOUND" });
    });
  });

  test.skipIf(!grpcurl)("grpcurl calls by gRPC, without a proto file", async () => {
    const trust = secure ? ["-cacert", pem("ca.cert")] : ["-plaintext"];
    const say = [...trust, "-d", '{"room":"hall","text":"hi"}', `localhost:${port}`, "chat.v1.Chat/Say"];
    expect(JSON.parse((await run(String(grpcurl), say)).stdout)).toEqual({ text: "hall: hi" });
  });

  test("clients of gRPC make calls of every kind", async () => {
    const endpoint = `${secure ? "grpcs" : "grpc"}://localhost:${port}`;
    await using transport = createKratosTransport({ endpoint, tls: secure ? { ca: read("ca.cert") } : undefined });
    for (const each of [transport, createGrpcTransport({ baseUrl: url, nodeOptions })]) {
      const client = createClient(Chat, each);
      expect(await client.say({ room: "hall", text: "hi" })).toMatchObject({ text: "hall: hi" });
      expect(await heard(client)).toEqual(["hall 1", "hall 2", "hall 3"]);
      expect(await talked(client)).toEqual(["hall: a", "hall: b"]);
    }
  });

  test("our HTTP client makes calls of every kind: JSON, Server-Sent Events, WebSocket", async () => {
    await using transport = createHttpTransport({ endpoint: url, tls: secure ? { ca: read("ca.cert") } : undefined });
    const client = createClient(Chat, transport);
    expect(await client.say({ room: "hall", text: "hi" })).toMatchObject({ text: "hall: hi" });
    expect(await heard(client)).toEqual(["hall 1", "hall 2", "hall 3"]);
    expect(await talked(client)).toEqual(["hall: a", "hall: b"]);
  });

  test("the WebSocket and the fetch that browsers have talk and hear", async () => {
    // In a process of its own, since only that can be told whom to trust.
    const script = `
      const url = ${JSON.stringify(url)};
      const socket = new WebSocket(url.replace("http", "ws") + "/talk");
      const frames = [];
      socket.onmessage = ({ data }) => {
        frames.push(data);
        socket.send("\\u001eend");
      };
      socket.onopen = () => socket.send('{"room":"hall","text":"hi"}');
      const { code } = await new Promise((resolve) => (socket.onclose = resolve));
      const events = await fetch(url + "/rooms/hall/hear?count=1", { headers: { accept: "text/event-stream" } });
      console.log(JSON.stringify({ code, frames, type: events.headers.get("content-type"), text: await events.text() }));
    `;
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: pem("ca.cert") };
    const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script], { env });
    expect(JSON.parse(stdout)).toEqual({
      code: 1000,
      frames: ['{"text":"hall: hi"}'],
      type: "text/event-stream",
      text: 'event: message\ndata: {"text":"hall 1"}\n\n',
    });
  });
});
