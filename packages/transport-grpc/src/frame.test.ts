import { KratosError } from "@kratos-ts/core";
import { describe, expect, it } from "vitest";
import { FrameReader, frame, wholeMessage } from "./frame.ts";

const bytes = (...values: number[]): Uint8Array => new Uint8Array(values);
const codeOf = (run: () => unknown): number | undefined => {
  try {
    run();
  } catch (error) {
    return KratosError.find(error)?.code;
  }
  return undefined;
};

describe("frame", () => {
  it("puts a flag and the length before a message", () => {
    expect([...frame(bytes(7, 8))]).toEqual([0, 0, 0, 0, 2, 7, 8]);
    expect([...frame(bytes(7), true)]).toEqual([1, 0, 0, 0, 1, 7]);
    expect([...frame(new Uint8Array(70_000)).subarray(0, 5)]).toEqual([0, 0, 1, 0x11, 0x70]);
  });
});

describe("FrameReader", () => {
  it("gives the messages back whatever the chunks", () => {
    const sent = [bytes(1, 2, 3), bytes(), new Uint8Array(300).fill(9)];
    const wire = Buffer.concat(sent.map((message, i) => frame(message, i === 2)));
    for (let size = 1; size <= wire.length; size++) {
      const reader = new FrameReader(1000);
      const read: Array<[boolean, Uint8Array]> = [];
      for (let at = 0; at < wire.length; at += size) {
        reader.push(wire.subarray(at, at + size));
        for (let next = reader.next(); next !== undefined; next = reader.next())
          read.push([next.compressed, next.bytes]);
      }
      reader.finish();
      expect(read).toEqual(sent.map((message, i) => [i === 2, message]));
    }
  });

  it("gives long messages back that come a byte at a time, between others", () => {
    const sent = [bytes(1), new Uint8Array(3000).map((_, i) => i), bytes(2), new Uint8Array(700).fill(3)];
    const wire = Buffer.concat(sent.map((message) => frame(message)));
    const reader = new FrameReader(5000);
    const read: Uint8Array[] = [];
    for (let at = 0; at < wire.length; at++) {
      reader.push(wire.subarray(at, at + 1));
      // Looked for only now and then, as by a slow reader.
      if (at % 1000 !== 999 && at < wire.length - 1) continue;
      for (let next = reader.next(); next !== undefined; next = reader.next()) read.push(next.bytes);
    }
    expect(read).toEqual(sent);
    expect(reader.buffered).toBe(0);
  });

  it("takes a message of just the limit, and refuses a larger one before it has come", () => {
    const reader = new FrameReader(4);
    reader.push(frame(bytes(1, 2, 3, 4)));
    expect(reader.next()?.bytes).toEqual(bytes(1, 2, 3, 4));
    reader.push(bytes(0, 0, 0, 0, 5));
    expect(codeOf(() => reader.next())).toBe(429);
  });

  it("reads lengths beyond 31 bits as what they are", () => {
    const reader = new FrameReader(4);
    reader.push(bytes(0, 0xff, 0xff, 0xff, 0xff));
    expect(() => reader.next()).toThrow("4294967295 bytes");
  });

  it("refuses flags that it does not know", () => {
    const reader = new FrameReader(4);
    reader.push(bytes(2, 0, 0, 0, 0));
    expect(codeOf(() => reader.next())).toBe(500);
  });

  it.each([
    ["in its prefix", [0, 0]],
    ["in its body", [0, 0, 0, 0, 4, 1]],
  ])("refuses a stream that ends in the middle of a message, %s", (_where, sent) => {
    const reader = new FrameReader(4);
    reader.push(bytes(...sent));
    expect(reader.next()).toBeUndefined();
    expect(codeOf(() => reader.finish())).toBe(500);
  });
});

describe("wholeMessage", () => {
  it("reads a chunk that is one frame", () => {
    expect(wholeMessage(frame(bytes(5, 6)), 10)).toEqual(bytes(5, 6));
  });

  it.each([
    ["compressed", frame(bytes(1), true)],
    ["too large", frame(new Uint8Array(11))],
    ["cut short", frame(bytes(1, 2)).subarray(0, 6)],
    ["followed by more", Buffer.concat([frame(bytes(1)), bytes(0)])],
    ["not even a prefix", bytes(0, 0)],
  ])("leaves a frame that is %s to the reader", (_what, chunk) => {
    expect(wholeMessage(chunk, 10)).toBeUndefined();
  });
});
