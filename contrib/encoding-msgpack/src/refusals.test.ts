import { KratosError } from "@kratos-ts/core";
import { encode } from "@msgpack/msgpack";
import { expect, test } from "vitest";
import { msgpackCodec } from "./msgpack-codec.ts";

function refusal(body: Uint8Array): string {
  try {
    msgpackCodec().decode(body);
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(KratosError);
    const error = thrown as KratosError;
    expect([error.code, error.reason]).toEqual([400, "CODEC"]);
    return error.message;
  }
  throw new Error("it was taken");
}

const text = (value: string) => [...new TextEncoder().encode(value)];

test.each<[string, number[] | Uint8Array, string]>([
  ["nothing", [], "body, byte 0: expected a value, got the end of the body"],
  ["a second value", [0x01, 0x02], "body, byte 1: expected the end of the body"],
  ["JSON", text('{"id":"7"}'), "body, byte 1: expected the end of the body"],
  ["a string that ends early", [0xa5, 0x61], "body, byte 0: expected 5 more bytes, got the end of the body after 1"],
  ["an integer that ends early", [0x91, 0xcf, 0x00], "body, byte 1: expected 8 more bytes"],
  ["a length that ends early", [0xdb, 0xff], "body, byte 0: expected 4 more bytes"],
  ["an array of four billion", [0xdd, 0xff, 0xff, 0xff, 0xff, 0x00], "body, byte 0: expected 4294967295 more bytes"],
  ["a map of four billion", [0xdf, 0xff, 0xff, 0xff, 0xff, 0x00], "body, byte 0: expected 8589934590 more bytes"],
  ["a string of four gigabytes", [0xdb, 0xff, 0xff, 0xff, 0xff, 0x61], "body, byte 0: expected 4294967295 more bytes"],
  ["binary of four gigabytes", [0xc6, 0xff, 0xff, 0xff, 0xff, 0x61], "body, byte 0: expected 4294967295 more bytes"],
  ["a map without its last value", [0x81, 0xa1, 0x61], "body, byte 3: expected a value"],
  ["a key twice", [0x82, 0xa1, 0x61, 0x01, 0xa1, 0x61, 0x02], "body: expected each key of a map once"],
  ["a key as text and number", [0x82, 0x01, 0xc0, 0xa1, 0x31, 0xc0], "body: expected each key of a map once"],
  ["a map as key", [0x81, 0x80, 0x01], "body, byte 1: expected a key that is a string, an integer or a boolean"],
  ["nil as key", [0x81, 0xc0, 0x01], "body, byte 1: expected a key"],
  ["a float as key", [0x81, 0xcb, ...Array(8).fill(0), 0x01], "body, byte 1: expected a key"],
  ["__proto__ as key", [0x81, 0xa9, ...text("__proto__"), 0x80], "body, byte 1: expected another key than __proto__"],
  ["__proto__ as long key", [0x81, 0xd9, 9, ...text("__proto__"), 0x80], "expected another key than __proto__"],
  ["an extension", [0xd4, 0x05, 0x00], "body, byte 0: expected no extension type, got 0xd4"],
  ["a long extension", [0xc9, 0xff, 0xff, 0xff, 0xff, 0x05], "body, byte 0: expected no extension type, got 0xc9"],
  ["a timestamp", encode(new Date()), "expected no extension type, got 0xd"],
  ["the type that is none", [0xc1], "expected no extension type, got 0xc1"],
  ["invalid UTF-8", [0xa2, 0xc3, 0x28], "body, byte 0: expected a string in UTF-8"],
  ["a surrogate in UTF-8", [0xa3, 0xed, 0xa0, 0x80], "body, byte 0: expected a string in UTF-8"],
  ["invalid UTF-8 in a key", [0x81, 0xa1, 0xff, 0x01], "body, byte 1: expected a string in UTF-8"],
  [
    "101 arrays",
    [...Array(101).fill(0x91), 0x01],
    "body, byte 100: expected at most 100 arrays and maps within each other",
  ],
  ["a million arrays", new Uint8Array(1_000_000).fill(0x91), "body, byte 100: expected at most 100 arrays"],
  ["a million maps", new Uint8Array(1_000_000).fill(0x81), "expected a key"],
  ["nested claims", Array.from({ length: 90 }, () => [0xdd, 0, 0, 1, 0]).flat(), "expected 256 more bytes"],
  [
    "more than 4 MiB",
    new Uint8Array(4 * 1024 * 1024 + 1),
    "body: expected at most 4194304 bytes of MessagePack, got 4194305",
  ],
])("%s is refused", (_, body, expected) => {
  expect(refusal(Uint8Array.from(body))).toContain(expected);
});

test("what was refused leaves nothing behind", () => {
  const codec = msgpackCodec();
  expect(() => codec.decode(new Uint8Array([0x92, 0x01]))).toThrow(KratosError);
  expect(() => codec.decode(new Uint8Array([0x82, 0x01, 0x01, 0x01, 0x02]))).toThrow(KratosError);
  expect(codec.decode(new Uint8Array([0x92, 0x01, 0x02]))).toEqual([1, 2]);
});

test("four million values take no more than their time", () => {
  const body = new Uint8Array(4 * 1024 * 1024).fill(0xc0);
  body.set([0xdd, 0x00, 0x3f, 0xff, 0xfb]);
  expect(msgpackCodec().decode(body)).toHaveLength(body.length - 5);
});

test("no random bytes do more than be refused", () => {
  const codec = msgpackCodec();
  let seed = 1;
  const random = () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed / 2 ** 32;
  };
  let taken = 0;
  for (let i = 0; i < 50_000; i++) {
    const body = Uint8Array.from({ length: 1 + Math.floor(random() * 12) }, () => 0x80 + Math.floor(random() * 128));
    try {
      codec.decode(body);
      taken++;
    } catch (thrown) {
      expect(thrown).toBeInstanceOf(KratosError);
    }
  }
  expect(taken).toBeGreaterThan(100);
});
