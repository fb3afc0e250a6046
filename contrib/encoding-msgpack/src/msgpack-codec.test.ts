import { describe, expect, test } from "vitest";
import { msgpackCodec } from "./msgpack-codec.ts";

const codec = msgpackCodec();

describe("plain values come back as they were", () => {
  test.each([
    null,
    true,
    false,
    ...[0, 1, -1, 127, 128, -32, -33, 255, 256, 65536, 2 ** 32, 2 ** 40, -(2 ** 40), Number.MAX_SAFE_INTEGER],
    ...[1.5, -1e-7, 1e21, 5e-324, Infinity],
    ...["", "a", "é😀", "\u0000", "x".repeat(31), "x".repeat(32), "x".repeat(300), "x".repeat(70_000)],
    [],
    {},
    [[[]], {}, [1, "2", null]],
    Array.from({ length: 20 }, (_, i) => i),
    Array.from({ length: 70_000 }, () => 0),
    { id: "7", tags: ["a"], nested: { deep: { list: [{ x: 1 }] } }, constructor: 1, toString: 2 },
    Object.fromEntries(Array.from({ length: 70_000 }, (_, i) => [`k${i}`, i])),
  ])("%#", (value) => {
    expect(codec.decode(codec.encode(value as never) as Uint8Array)).toEqual(value);
  });
});

test("what is written is what other implementations write", () => {
  expect(codec.encode({ id: "7" })).toEqual(new Uint8Array([0x81, 0xa2, 0x69, 0x64, 0xa1, 0x37]));
});

describe("what JSON has no type for is read", () => {
  const read = (...bytes: number[]) => codec.decode(new Uint8Array(bytes)) as unknown;

  test("with every digit of an integer", () => {
    expect(read(0xcf, ...Array(8).fill(0xff))).toBe(18446744073709551615n);
    expect(read(0xd3, 0x80, ...Array(7).fill(0))).toBe(-9223372036854775808n);
    expect(read(0x91, 0xcf, 0, 0, 0, 0, 0, 0, 0, 5)).toEqual([5]);
  });

  test("binary as bytes", () => {
    expect(read(0xc4, 2, 1, 2)).toEqual(new Uint8Array([1, 2]));
  });

  test("keys that are integers or booleans as text", () => {
    expect(read(0x82, 0x01, 0xc0, 0xc3, 0xc2)).toEqual({ 1: null, true: false });
    expect(read(0x81, 0xcf, ...Array(8).fill(0xff), 0x01)).toEqual({ "18446744073709551615": 1 });
  });

  test("from a view into a larger buffer", () => {
    expect(codec.decode(new Uint8Array([9, 9, 0xa1, 0x61, 9]).subarray(2, 4))).toBe("a");
  });
});

test("more depth than may be read is not written", () => {
  const deep = (depth: number): unknown => (depth === 0 ? 1 : [deep(depth - 1)]);
  expect(codec.decode(codec.encode(deep(100) as never) as Uint8Array)).toEqual(deep(100));
  expect(() => codec.encode(deep(101) as never)).toThrow(/deep/i);
});

test.each([{ maxBytes: 0 }, { maxDepth: -1 }, { maxDepth: Number.NaN }])(
  "limits that can't be are refused: %j",
  (options) => {
    expect(() => msgpackCodec(options)).toThrow(RangeError);
  },
);
