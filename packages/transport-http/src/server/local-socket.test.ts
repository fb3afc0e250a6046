import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { LocalSocket } from "./local-socket.ts";

async function textOf(socket: LocalSocket): Promise<string> {
  let text = "";
  for await (const chunk of socket) text += chunk;
  return text;
}

describe("a connection within the process", () => {
  it("carries what either end sends, and its end", async () => {
    const [one, other] = LocalSocket.pair({});
    one.end("hello");
    expect(await textOf(other)).toBe("hello");
    other.end("and back");
    expect(await textOf(one)).toBe("and back");
  });

  it("holds a writer until it is read", async () => {
    const [one, other] = LocalSocket.pair({});
    const chunk = Buffer.alloc(16 * 1024);
    let written = 0;
    while (one.write(chunk)) written += chunk.length;
    await new Promise((resolve) => setImmediate(resolve));
    expect(written).toBeLessThan(256 * 1024);
    expect(one.writableNeedDrain).toBe(true);
    other.resume();
    await once(one, "drain");
    one.destroy();
    other.on("error", () => {});
  });

  it("lets the other end read all that was sent before it was closed in good order", async () => {
    const [one, other] = LocalSocket.pair({});
    one.write("all");
    one.destroySoon();
    await once(one, "close");
    expect(await textOf(other)).toBe("all");
  });

  it("breaks at the other end when it is destroyed", async () => {
    const [one, other] = LocalSocket.pair({});
    one.destroy();
    const [error] = await once(other, "error");
    expect(error).toMatchObject({ code: "ECONNRESET" });
  });

  it("shows the addresses and the certificate of the one that it stands for", () => {
    const of = { remoteAddress: "10.0.0.1", remotePort: 7, encrypted: true, getPeerCertificate: () => "certificate" };
    const [one] = LocalSocket.pair(of);
    expect([one.remoteAddress, one.remotePort, one.encrypted]).toEqual(["10.0.0.1", 7, true]);
    expect(one.getPeerCertificate()).toBe("certificate");
  });
});
