import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EventTime } from "@fluent-org/logger";
import { encode } from "@msgpack/msgpack";
import { describe, expect, test } from "vitest";
import { receiver } from "../testdata/receiver.ts";
import { createFluentdLogger, type FluentdLoggerOptions } from "./fluentd-logger.ts";

const retryDelay = { min: 1, max: 10 };

/** A logger, and the first error that it tells of. */
function reporting(options: FluentdLoggerOptions) {
  const { promise: error, resolve } = Promise.withResolvers<Error>();
  return { logger: createFluentdLogger({ retryDelay, ...options, onError: resolve }), error };
}

/** A server that does with its connections as it is told. */
async function rawServer(onConnection: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return {
    endpoint: `tcp://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function connectTo(endpoint: string): Socket {
  return connect(Number(new URL(endpoint).port), "127.0.0.1").on("error", () => {});
}

describe("a line", () => {
  test("is a record of Go's names, at its time, under its tag", async () => {
    await using server = await receiver();
    const before = Date.now();
    await using logger = createFluentdLogger({ endpoint: server.endpoint, tag: "users.log" });
    logger.with({ a: 1 }).warn("a line", { b: [true] });
    const [entry] = await server.until(1);
    expect(entry).toMatchObject({ tag: "users.log", record: { level: "WARN", msg: "a line", a: 1, b: [true] } });
    const { epoch, nano } = (entry as { time: unknown }).time as EventTime;
    expect(epoch * 1000 + nano / 1e6).toBeGreaterThanOrEqual(before);
    expect(epoch * 1000 + nano / 1e6).toBeLessThanOrEqual(Date.now());
  });

  test("has the tag of its level, in the order of the lines", async () => {
    await using server = await receiver();
    await using logger = createFluentdLogger({ endpoint: server.endpoint, tag: (level) => `users.${level}` });
    logger.info("1");
    logger.error("2");
    logger.error("3");
    logger.info("4");
    const entries = await server.until(4);
    expect(entries.map(({ tag, record }) => `${tag} ${record.msg}`)).toEqual([
      "users.info 1",
      "users.error 2",
      "users.error 3",
      "users.info 4",
    ]);
  });

  test("whose tag can't be told is dropped, and counted", async () => {
    const tag = () => {
      throw new Error("no tag");
    };
    await using logger = createFluentdLogger({ tag });
    logger.info("line");
    expect(logger.dropped).toBe(1);
  });
});

describe("endpoints", () => {
  test("may be unix sockets", async () => {
    const folder = mkdtempSync(join(tmpdir(), "kratos-fluentd-"));
    const path = join(folder, "fluent.sock");
    try {
      await using server = await receiver({ listenOptions: { path } });
      await using logger = createFluentdLogger({ endpoint: `unix://${path}` });
      logger.info("line");
      await server.until(1);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  const tls = (name: string) => readFileSync(join(import.meta.dirname, "../testdata/tls", name));

  test("may be of TLS, whose certificate is checked", async () => {
    await using server = await receiver({ tlsOptions: { key: tls("key.pem"), cert: tls("cert.pem") } });
    const endpoint = server.endpoint.replace("tcp://127.0.0.1", "tls://localhost");
    const stranger = reporting({ endpoint });
    stranger.logger.info("lost");
    expect((await stranger.error).message).toContain("self-signed certificate");
    await stranger.logger.close();
    await using logger = createFluentdLogger({ endpoint, tls: { ca: tls("cert.pem") } });
    logger.info("line");
    expect((await server.until(1)).map((entry) => entry.record.msg)).toEqual(["line"]);
  });

  test.each(["", "127.0.0.1:24224", "http://a", "tcp://", "unix://"])("%j is refused", (endpoint) => {
    expect(() => createFluentdLogger({ endpoint })).toThrow("endpoint must be tcp://host:port");
  });
});

describe("a server that is not there", () => {
  test("is told of, and gets the lines when it comes", async () => {
    const first = await receiver();
    const { endpoint } = first;
    await first.close();
    const { logger, error } = reporting({ endpoint });
    for (let i = 0; i < 10; i++) logger.info(`line ${i}`);
    expect(await error).toMatchObject({ code: "ECONNREFUSED" });
    await using server = await receiver({ listenOptions: { host: "127.0.0.1", port: Number(new URL(endpoint).port) } });
    const entries = await server.until(10);
    expect(entries.map(({ record }) => record.msg)).toEqual(Array.from({ length: 10 }, (_, i) => `line ${i}`));
    expect(logger.dropped).toBe(0);
    await logger.close();
  });

  test("costs no more than the buffer: what is too much is dropped, and counted", async () => {
    const logger = createFluentdLogger({ endpoint: "tcp://127.0.0.1:1", maxBuffered: 10_000 });
    for (let i = 0; i < 1000; i++)
      logger.info("a line that is about a hundred bytes long, with what is around it", { i });
    const { dropped } = logger;
    expect(dropped).toBeGreaterThan(800);
    expect(dropped).toBeLessThan(1000);
    await logger.close();
    expect(logger.dropped).toBe(1000);
  });
});

describe("a connection that breaks", () => {
  test("before the acknowledgement has its lines sent again", async () => {
    await using server = await receiver();
    let connections = 0;
    await using proxy = await rawServer((socket) => {
      if (++connections === 1) socket.once("data", () => socket.destroy());
      else socket.pipe(connectTo(server.endpoint)).pipe(socket);
    });
    await using logger = createFluentdLogger({ endpoint: proxy.endpoint, retryDelay });
    logger.info("first");
    await server.until(1);
    logger.info("second");
    const entries = await server.until(2);
    expect([entries.map(({ record }) => record.msg), connections]).toEqual([["first", "second"], 2]);
  });

  test("while nothing is to be sent is replaced by the next line", async () => {
    await using server = await receiver();
    const sockets: Socket[] = [];
    await using proxy = await rawServer((socket) => {
      sockets.push(socket);
      socket.pipe(connectTo(server.endpoint)).pipe(socket);
    });
    await using logger = createFluentdLogger({ endpoint: proxy.endpoint, retryDelay });
    logger.info("first");
    await logger.flush();
    sockets[0]?.destroy();
    logger.info("second");
    expect((await server.until(2)).map(({ record }) => record.msg)).toEqual(["first", "second"]);
  });

  test("is one that gives no answer in time, too", async () => {
    await using server = await rawServer((socket) => void socket.resume());
    const { logger, error } = reporting({ endpoint: server.endpoint, timeout: 50 });
    logger.info("line");
    expect((await error).message).toBe("waiting for the acknowledgement took more than 50 ms");
    await logger.close();
    expect(logger.dropped).toBe(1);
  });

  test("is one that sends what is no MessagePack, or too much of it", async () => {
    await using server = await rawServer((socket) => void socket.write(Buffer.from("dbffffffff", "hex")));
    const { logger, error } = reporting({ endpoint: server.endpoint });
    logger.info("line");
    expect((await error).message).toContain("Max length exceeded");
    await logger.close();
  });
});

test("without acknowledgements nothing is waited for", async () => {
  await using server = await rawServer((socket) => void socket.resume());
  await using logger = createFluentdLogger({ endpoint: server.endpoint, ack: false });
  for (let i = 0; i < 100; i++) logger.info(`line ${i}`);
  await logger.flush();
  expect(logger.dropped).toBe(0);
});

describe("a server with <security>", () => {
  const security = { serverHostname: "server", sharedKey: "the key", authorize: false, userDict: {} };
  const withUsers = { ...security, authorize: true, userDict: { ada: "secret" } };

  test.each([
    ["a shared key", security, { sharedKey: "the key" }],
    ["a shared key, and users", withUsers, { sharedKey: "the key", username: "ada", password: "secret" }],
  ])("takes lines with %s", async (_, serverSecurity, clientSecurity) => {
    await using server = await receiver({ security: serverSecurity });
    await using logger = createFluentdLogger({
      endpoint: server.endpoint,
      security: { hostname: "client", ...clientSecurity },
    });
    logger.info("line");
    expect(await server.until(1)).toHaveLength(1);
  });

  test.each<[string, typeof security, FluentdLoggerOptions["security"], string]>([
    ["none", security, undefined, "the server has <security>: give its sharedKey"],
    ["another key", security, { sharedKey: "another" }, "the server refused the handshake"],
    ["another password", withUsers, { sharedKey: "the key", username: "ada", password: "x" }, "refused the handshake"],
    [
      "the server's name",
      security,
      { sharedKey: "the key", hostname: "server" },
      "refused the handshake: Same hostname",
    ],
  ])("refuses a client with %s, which is told why", async (_, serverSecurity, clientSecurity, message) => {
    await using server = await receiver({ security: serverSecurity });
    const { logger, error } = reporting({ endpoint: server.endpoint, security: clientSecurity });
    logger.info("line");
    expect((await error).message).toContain(message);
    await logger.close();
    expect(server.entries).toEqual([]);
  });

  test("has to know the key as well", async () => {
    await using server = await rawServer((socket) => {
      socket.write(encode(["HELO", { nonce: randomBytes(16), auth: "", keepalive: true }]));
      socket.once("data", () => socket.write(encode(["PONG", true, "", "server", "00"])));
    });
    const { logger, error } = reporting({ endpoint: server.endpoint, security: { sharedKey: "the key" } });
    logger.info("line");
    expect((await error).message).toBe("the server does not know the shared key");
    await logger.close();
  });
});

test.each<[FluentdLoggerOptions, string]>([
  [{ level: "loud" as never }, "level must be one of debug, info, warn, error, got loud"],
  [{ maxBuffered: 0 }, "maxBuffered must be a positive number, got 0"],
  [{ timeout: Number.NaN }, "timeout must be a positive number, got NaN"],
  [{ retryDelay: { max: -1 } }, "retryDelay.max must be a positive number, got -1"],
])("%j is refused", (options, message) => {
  expect(() => createFluentdLogger(options)).toThrow(message);
});
