import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { sniffProtocol } from "./protocol-sniffer.ts";

const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/** A connection that is sniffed, and what it turned out to be with all that was read of it. */
async function sniffed() {
  const { promise: told, resolve } = Promise.withResolvers<[string, Socket]>();
  const accepted = Promise.withResolvers<Socket>();
  const server = createServer((socket) => {
    accepted.resolve(socket);
    sniffProtocol(socket, {
      onHttp1: (each) => resolve(["HTTP/1.1", each]),
      onHttp2: (each) => resolve(["HTTP/2", each]),
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = connect((server.address() as { port: number }).port, "127.0.0.1");
  client.on("error", () => {});
  const socket = await accepted.promise;
  return {
    client,
    socket,
    async verdict() {
      const [protocol, taken] = await told;
      let text = "";
      taken.on("data", (chunk) => (text += chunk));
      client.end();
      await once(taken, "end");
      return { protocol, text };
    },
    async [Symbol.asyncDispose]() {
      client.destroy();
      socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

describe("what a connection speaks", () => {
  it.each([
    ["HTTP/2", `${preface}rest`],
    ["HTTP/1.1", "GET / HTTP/1.1\r\n\r\n"],
    ["HTTP/1.1", "POST / HTTP/1.1\r\n\r\n"],
    ["HTTP/1.1", "PRI * HTTP/1.1\r\n\r\n"],
    ["HTTP/1.1", "\0\0"],
  ])("is %s by its first bytes, of which none is lost: %j", async (protocol, text) => {
    await using peer = await sniffed();
    peer.client.write(text);
    expect(await peer.verdict()).toEqual({ protocol, text });
  });

  it("is told by bytes that come one by one", async () => {
    await using peer = await sniffed();
    for (const byte of preface) {
      peer.client.write(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await peer.verdict()).toEqual({ protocol: "HTTP/2", text: preface });
  });

  it("is nothing when half a preface is all that comes", async () => {
    await using peer = await sniffed();
    peer.client.end(preface.slice(0, 10));
    await once(peer.socket, "close");
  });
});
