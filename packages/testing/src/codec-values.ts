import { expect } from "vitest";
import { bytesOf, codecCase, type Json, roundTrip } from "./codec-case.ts";
import type { CodecCase } from "./codec-contract.ts";

const numbers = [0, 1, -1, 127, 128, 255, 256, 65535, 65536, 2 ** 32, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];
const floats = [1.5, -0.1, 1e21, 1e-7, 5e-324, 1.7976931348623157e308];
const texts = [
  "",
  "a",
  "é😀",
  "\u0000",
  "\u2028",
  "\ufeff",
  "true",
  "null",
  "1",
  "1e3",
  "0x1",
  "~",
  "- a",
  "a: b",
  "#",
];
const layouts = ["\n", "a\n", "\na", " a ", "\ta", "a\r\nb", "a\n\n\nb", "'", '"', "\\", "%", "&a", "*a", "!tag", "<<"];
const big = "x".repeat(70_000);

/** Everything that JSON can hold. */
const values: readonly Json[] = [
  ...[null, true, false, [], {}, [[]], [{}], { a: {} }, { a: [] }],
  ...[...numbers, ...floats, ...texts, ...layouts, big],
  ...[...texts, ...layouts].map((key) => ({ [key]: 1 })),
  [[1, "2", null], [true], { a: [{ b: { c: [] } }] }],
  { id: "7", tags: ["a", "b"], nested: { deep: { list: [{ x: 1 }] } }, constructor: 1, toString: 2 },
  { yes: "yes", no: "no", on: "on", date: "2026-01-02", time: "03:04:05", octal: "0o7", sign: "+1", dot: ".5" },
];

/** Values, there and back. */
export const valueCases: readonly CodecCase[] = [
  codecCase("is named as the subtype of a content type", (codec) => {
    expect(codec.name).toMatch(/^[a-z0-9][a-z0-9.+-]*$/);
  }),
  ...values.map((value) =>
    codecCase(`gives ${JSON.stringify(value).slice(0, 60)} back as it was`, (codec) => {
      expect(roundTrip(codec, value)).toEqual(value);
    }),
  ),
  codecCase("gives a list of ten thousand, and an object of as many, back as they were", (codec) => {
    const list = Array.from({ length: 10_000 }, (_, i) => i);
    expect(roundTrip(codec, list)).toEqual(list);
    const object = Object.fromEntries(list.map((i) => [`k${i}`, i]));
    expect(roundTrip(codec, object)).toEqual(object);
  }),
  codecCase("writes the same for the same, whatever it wrote or read before", (codec) => {
    const first = bytesOf(codec, { a: [1, "b"] });
    roundTrip(codec, { other: [{}] });
    expect(bytesOf(codec, { a: [1, "b"] })).toEqual(first);
  }),
  codecCase("keeps what it has written as it is while it writes more", (codec) => {
    const first = bytesOf(codec, { a: "first" });
    const copy = first.slice();
    bytesOf(codec, { a: "other", b: "longer".repeat(1000) });
    expect(first).toEqual(copy);
  }),
  codecCase("reads from a view into a larger buffer, and leaves it as it is", (codec) => {
    const bytes = bytesOf(codec, { a: [1, "b"] });
    const buffer = new Uint8Array(bytes.length + 20).fill(0xc1);
    buffer.set(bytes, 10);
    const before = buffer.slice();
    expect(codec.decode(buffer.subarray(10, 10 + bytes.length))).toEqual({ a: [1, "b"] });
    expect(buffer).toEqual(before);
  }),
];
