import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect, test } from "vitest";
import { nodeAt } from "../../testdata/nodes.ts";
import { probeByConnecting } from "./probe.ts";

const never = new AbortController().signal;

async function listening(host: string) {
  const server = createServer((socket) => socket.on("error", () => {}).resume());
  await once(server.listen(0, host), "listening");
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      if (server.listening) await once(server.close(), "close");
    },
  };
}

test("a node that listens can be reached, and the connection is closed again", async () => {
  await using server = await listening("127.0.0.1");
  await probeByConnecting(nodeAt(`127.0.0.1:${server.port}`), never);
});

test("one that listens no more can't", async () => {
  const server = await listening("127.0.0.1");
  await server[Symbol.asyncDispose]();
  await expect(probeByConnecting(nodeAt(`127.0.0.1:${server.port}`), never)).rejects.toThrow("ECONNREFUSED");
});

test("an address of another kind is left to calls", async () => {
  await probeByConnecting(nodeAt("/run/shop.sock"), never);
});

test("it ends when its signal aborts", async () => {
  await using server = await listening("127.0.0.1");
  const probed = probeByConnecting(nodeAt(`127.0.0.1:${server.port}`), AbortSignal.abort());
  await expect(probed).rejects.toThrow("no connection to");
});
