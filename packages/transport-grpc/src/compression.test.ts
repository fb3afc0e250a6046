import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { acceptsGzip, decompress, gzip } from "./compression.ts";

const message = new TextEncoder().encode("hello ".repeat(100));

describe("compression", () => {
  it("reads what it wrote", async () => {
    const bytes = await gzip(message);
    expect(bytes.length).toBeLessThan(message.length);
    expect(await decompress({ bytes, encoding: "gzip", maxBytes: 1000 })).toEqual(message);
  });

  it("lets a message grow to the limit and no further", async () => {
    const bytes = gzipSync(message);
    await expect(decompress({ bytes, encoding: "gzip", maxBytes: message.length })).resolves.toHaveLength(
      message.length,
    );
    await expect(decompress({ bytes, encoding: "gzip", maxBytes: message.length - 1 })).rejects.toMatchObject({
      code: 429,
    });
  });

  it("stops at the limit of a bomb instead of unpacking it", async () => {
    const bytes = gzipSync(Buffer.alloc(64 << 20));
    const before = process.memoryUsage().arrayBuffers;
    await expect(decompress({ bytes, encoding: "gzip", maxBytes: 1 << 20 })).rejects.toMatchObject({ code: 429 });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 << 20);
  });

  it.each([
    ["no gzip", "gzip", new Uint8Array([1, 2, 3]), 500],
    ["gzip cut short", "gzip", gzipSync(message).subarray(0, -9), 500],
    ["a flag without an encoding", undefined, message, 500],
    ["a flag with identity", "identity", message, 500],
    ["an encoding that nobody knows", "zstd", message, 500],
  ])("refuses %s", async (_what, encoding, bytes, code) => {
    await expect(decompress({ bytes, encoding, maxBytes: 1000 })).rejects.toMatchObject({ code });
  });

  it.each([
    ["gzip", true],
    ["identity, gzip", true],
    ["identity,deflate", false],
    [undefined, false],
  ])("reads grpc-accept-encoding %j", (accepted, expected) => {
    expect(acceptsGzip(accepted)).toBe(expected);
  });
});
