import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { expect, test } from "vitest";
import { localhostCertificate, startNetwork } from "./network.ts";

/** A server that sends everything back, behind a network. */
async function scene(options: { tls?: boolean } = {}) {
  const server = createServer((socket) => socket.on("error", () => {}).pipe(socket));
  await once(server.listen(0, "127.0.0.1"), "listening");
  const network = await startNetwork({ to: (server.address() as AddressInfo).port, ...options });
  const sockets: Socket[] = [];
  return {
    network,
    async connect() {
      const socket = options.tls
        ? connectTls({ port: network.port, host: "127.0.0.1", ca: localhostCertificate })
        : connect(network.port, "127.0.0.1");
      sockets.push(socket.on("error", () => {}));
      await once(socket, options.tls ? "secureConnect" : "connect");
      return socket;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await network[Symbol.asyncDispose]();
      await once(server.close(), "close");
    },
  };
}

async function echoed(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  return String((await once(socket, "data"))[0]);
}

test.each([{ tls: false }, { tls: true }])("passes everything on, %j", async (options) => {
  await using there = await scene(options);
  expect(await echoed(await there.connect(), "hello")).toBe("hello");
  expect(there.network.connections).toBe(1);
});

test("cut: connections end, new ones too, until it is healed", async () => {
  await using there = await scene();
  const before = await there.connect();
  expect(await echoed(before, "1")).toBe("1");
  const ended = once(before, "close");
  there.network.cut();
  await ended;
  const during = await there.connect();
  await once(during.resume(), "close");
  there.network.heal();
  expect(await echoed(await there.connect(), "2")).toBe("2");
});

test("drop: nothing gets through until it is healed, and nothing is lost", async () => {
  await using there = await scene();
  const before = await there.connect();
  expect(await echoed(before, "1")).toBe("1");
  there.network.drop();
  const during = await there.connect();
  const heard: string[] = [];
  for (const socket of [before, during]) socket.on("data", (data) => heard.push(String(data)));
  before.write("2");
  during.write("3");
  // Another connection's round trip, past the network, would have been enough for them.
  await using other = await scene();
  await echoed(await other.connect(), "4");
  expect(heard).toEqual([]);
  there.network.heal();
  await expect.poll(() => heard.sort()).toEqual(["2", "3"]);
});

test("strand: old connections hear nothing ever again, new ones work", async () => {
  await using there = await scene();
  const before = await there.connect();
  expect(await echoed(before, "1")).toBe("1");
  there.network.strand();
  let heard = false;
  before.on("data", () => {
    heard = true;
  });
  before.write("2");
  there.network.heal();
  expect(await echoed(await there.connect(), "3")).toBe("3");
  expect(heard).toBe(false);
});

test("delay: everything takes that long each way, in order", async () => {
  await using there = await scene();
  const socket = await there.connect();
  there.network.delay(100);
  const start = performance.now();
  let text = "";
  socket.on("data", (data) => {
    text += data;
  });
  for (const part of ["a", "b", "c"]) socket.write(part);
  await expect.poll(() => text).toBe("abc");
  expect(performance.now() - start).toBeGreaterThan(190);
});
