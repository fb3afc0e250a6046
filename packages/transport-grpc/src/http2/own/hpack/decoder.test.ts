import { describe, expect, it } from "vitest";
import { HeaderDecoder } from "./decoder.ts";
import type { HeaderBlock } from "./header-block.ts";

function decoder(maxListBytes = 65_536): (hex: string) => HeaderBlock {
  const decoder = new HeaderDecoder(maxListBytes);
  return (hex) => {
    const bytes = Buffer.from(hex.replaceAll(" ", ""), "hex");
    return decoder.decode(bytes, 0, bytes.length);
  };
}
const list = (fields: Record<string, string>): string[] => Object.entries(fields).flat();

const get = { ":method": "GET", ":scheme": "http", ":path": "/", ":authority": "www.example.com" };
const secondGet = { ...get, "cache-control": "no-cache" };
const thirdGet = {
  ":method": "GET",
  ":scheme": "https",
  ":path": "/index.html",
  ":authority": "www.example.com",
  "custom-key": "custom-value",
};
const found = {
  ":status": "302",
  "cache-control": "private",
  date: "Mon, 21 Oct 2013 20:13:21 GMT",
  location: "https://www.example.com",
};
const ok = {
  ":status": "200",
  "cache-control": "private",
  date: "Mon, 21 Oct 2013 20:13:22 GMT",
  location: "https://www.example.com",
  "content-encoding": "gzip",
  "set-cookie": "foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1",
};

describe("a header block of RFC 7541 Appendix C", () => {
  it.each([
    [
      "C.2.1, literal with indexing",
      "400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572",
      ["custom-key", "custom-header"],
    ],
    ["C.2.2, literal without indexing", "040c 2f73 616d 706c 652f 7061 7468", [":path", "/sample/path"]],
    ["C.2.3, never indexed", "1008 7061 7373 776f 7264 0673 6563 7265 74", ["password", "secret"]],
    ["C.2.4, indexed", "82", [":method", "GET"]],
  ])("%s", (_, hex, fields) => {
    expect(decoder()(hex).fields).toEqual(fields);
  });

  it.each([
    [
      "C.3, requests without Huffman code",
      [
        "8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
        "8286 84be 5808 6e6f 2d63 6163 6865",
        "8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65",
      ],
    ],
    [
      "C.4, requests with Huffman code",
      [
        "8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff",
        "8286 84be 5886 a8eb 1064 9cbf",
        "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf",
      ],
    ],
  ])("%s", (_, blocks) => {
    const decode = decoder();
    expect(blocks.map((hex) => decode(hex).fields)).toEqual([get, secondGet, thirdGet].map(list));
  });

  it.each([
    [
      "C.5, replies without Huffman code",
      [
        "4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
        "4803 3330 37c1 c0bf",
        "88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04 677a 6970 7738 666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33 3630 303b 2076 6572 7369 6f6e 3d31",
      ],
    ],
    [
      "C.6, replies with Huffman code",
      [
        "4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3",
        "4883 640e ffc1 c0bf",
        "88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07",
      ],
    ],
  ])("%s, with a table of 256 bytes", (_, [first, second, third]) => {
    const decode = decoder();
    // There the table's size is agreed on outside of the blocks: 3f e1 01 is the update to 256.
    const blocks = [`3fe101${first}`, second as string, third as string];
    const fields = blocks.map((hex) => decode(hex).fields);
    expect(fields).toEqual([found, { ...found, ":status": "307" }, ok].map(list));
  });
});

describe("a header block", () => {
  it("that comes again is the same, until the table has changed", () => {
    const decode = decoder();
    decode("4001 6101 31");
    expect(decode("be")).toBe(decode("be"));
    expect(decode("be").fields).toEqual(["a", "1"]);
    decode("4001 6101 32");
    expect(decode("be").fields).toEqual(["a", "2"]);
    decode("20");
    expect(() => decode("be")).toThrow("no field with the index 62");
  });

  it.each([
    ["the index 0", "80", /no field with the index 0/],
    ["an index beyond the tables", "be", /no field with the index 62/],
    ["an index cut short", "ff80", /cut short/],
    ["an integer beyond 28 bits", "ffffffffffff0f", /integer is too large/],
    ["a string cut short", "400a 6375", /cut short/],
    ["a name without a value", "4001 61", /cut short/],
    ["no Huffman code", "0084 ffff ffff 0161", /no Huffman code/],
    ["a table larger than was offered", "3fe21f", /table of 4097 bytes was not offered/],
    ["a table size after a field", "8220", /table size update comes after fields/],
  ])("with %s breaks the connection", (_, hex, message) => {
    expect(() => decoder()(hex)).toThrow(message);
  });

  it.each([
    ["upper case", "0001 4101 31", /"A" is not allowed/],
    ["white space in a name", "0002 6120 0131", /"a " is not allowed/],
    ["an empty name", "0000 0131", /"" is not allowed/],
    ["a line feed in a value", "0001 6103 310a 32", /"a" is not allowed/],
    ["an unknown pseudo-header", "0002 3a61 0131", /":a" is not allowed/],
    ["a header of a connection", "000a 636f 6e6e 6563 7469 6f6e 0131", /"connection" is not allowed/],
    ["te: gzip", "0002 7465 0467 7a69 70", /"te" is not allowed/],
    ["a pseudo-header after others", "0001 6101 3188", /:status comes after other fields/],
    ["a pseudo-header twice", "8888", /:status comes twice/],
    ["no number as content-length", "0f0d 0131 0f0d 012d", /content-length is malformed/],
    ["two content-lengths", "0f0d 0131 0f0d 0132", /content-length is malformed/],
  ])("with %s is malformed, and says why", (_, hex, flaw) => {
    expect(decoder()(hex).flaw).toMatch(flaw);
  });

  it("of the usual kind has no flaw, and says how much is to come", () => {
    const block = decoder()("8800 0b67 7270 632d 7374 6174 7573 0130 0f0d 0237 34");
    expect(block).toMatchObject({ pseudo: 1, contentLength: 74, flaw: undefined, oversized: false });
    expect(block.fields).toEqual([":status", "200", "grpc-status", "0", "content-length", "74"]);
  });

  it("above the limit is known as such, and the table is kept right", () => {
    const decode = decoder(100);
    expect(decode("4001 6101 31 4001 6201 32 be be").oversized).toBe(true);
    expect(decode("bebf")).toMatchObject({ fields: ["b", "2", "a", "1"], oversized: false });
  });

  it("can't make much of a little", () => {
    const decode = decoder(16_384);
    decode(`40 01 61 7f e01e ${"61".repeat(4063)}`);
    const block = decode("be".repeat(16_000));
    expect(block.oversized).toBe(true);
    expect(block.fields.length).toBeLessThan(20);
  });
});
