import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../../testdata/seeded-random.ts";
import { readHuffman } from "./huffman-decode.ts";
import { huffmanLength, writeHuffman } from "./huffman-encode.ts";

function encode(text: string): Buffer {
  const out = Buffer.alloc(huffmanLength(text));
  expect(writeHuffman(out, 0, text)).toBe(out.length);
  return out;
}
const decode = (hex: string): string | undefined => {
  const bytes = Buffer.from(hex, "hex");
  return readHuffman(bytes, 0, bytes.length);
};

describe("the Huffman code", () => {
  // RFC 7541 Appendix C.4 and C.6.
  it.each([
    ["www.example.com", "f1e3c2e5f23a6ba0ab90f4ff"],
    ["no-cache", "a8eb10649cbf"],
    ["custom-key", "25a849e95ba97d7f"],
    ["custom-value", "25a849e95bb8e8b4bf"],
    ["302", "6402"],
    ["private", "aec3771a4b"],
    ["Mon, 21 Oct 2013 20:13:21 GMT", "d07abe941054d444a8200595040b8166e082a62d1bff"],
    ["https://www.example.com", "9d29ad171863c78f0b97c8e9ae82ae43d3"],
    [
      "foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1",
      "94e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007",
    ],
    ["", ""],
  ])("of %j is %s", (text, hex) => {
    expect(encode(text).toString("hex")).toBe(hex);
    expect(decode(hex)).toBe(text);
  });

  it("has each byte, alone and beside each other one", () => {
    const all = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte));
    for (const first of all) {
      for (const second of ["", ...all]) {
        const text = first + second;
        const bytes = encode(text);
        if (readHuffman(bytes, 0, bytes.length) !== text) expect.unreachable(JSON.stringify(text));
      }
    }
  });

  it("gives random strings back, also from the middle of a buffer", () => {
    const random = seededRandom(1);
    for (let round = 0; round < 5000; round++) {
      const text = random.bytes(random.below(40)).toString("latin1");
      const bytes = Buffer.concat([random.bytes(3), encode(text), random.bytes(3)]);
      expect(readHuffman(bytes, 3, bytes.length - 3)).toBe(text);
    }
  });

  it("of a long string is no matter", () => {
    const text = "x\u00ff".repeat(100_000);
    const bytes = encode(text);
    expect(readHuffman(bytes, 0, bytes.length)).toBe(text);
  });

  it.each([
    ["EOS", "ffffffff"],
    ["more than 7 bits of padding", "1fff"],
    ["padding other than ones", "1c"],
    ["a code cut short", "fffffe"],
  ])("refuses %s", (_, hex) => {
    expect(decode(hex)).toBeUndefined();
  });
});
