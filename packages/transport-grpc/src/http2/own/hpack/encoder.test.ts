import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../../testdata/seeded-random.ts";
import { HeaderDecoder } from "./decoder.ts";
import { HeaderEncoder } from "./encoder.ts";

/** An encoder and the decoder of the other side. */
function pair() {
  const encoder = new HeaderEncoder();
  const decoder = new HeaderDecoder(1_000_000);
  return {
    encoder,
    /** Bytes of the block on the wire, after it was decoded and compared. */
    send(fields: string[]): number {
      const out = Buffer.alloc(encoder.bound(fields) + 8, 0xee);
      const end = encoder.encode(out, 4, fields);
      expect(out.subarray(encoder.bound(fields) + 4).toString("hex")).toBe("eeeeeeee");
      expect(decoder.decode(out, 4, end).fields).toEqual(fields);
      return end - 4;
    },
  };
}

const call = (timeout: string): string[] => [
  ...[":method", "POST", ":scheme", "http", ":authority", "localhost:9000", ":path", "/a.B/C"],
  ...["content-type", "application/grpc+proto", "te", "trailers", "user-agent", "a", "grpc-timeout", timeout],
];

describe("an encoder", () => {
  it("sends what comes again as one byte for each field", () => {
    const { send } = pair();
    expect(send(call("1S"))).toBeGreaterThan(50);
    expect(send(call("1S"))).toBe(8);
  });

  it("does not let values that never come again push out those that do", () => {
    const { send } = pair();
    for (let i = 0; i < 1000; i++) send(call(`${i}m`));
    expect(send(call("1000m"))).toBeLessThanOrEqual(8 + "1000m".length + 2);
  });

  it("takes values into the table that come twice in a row, however many others came", () => {
    const { send } = pair();
    for (let i = 0; i < 100; i++) send(["x-user", `user-${i}`]);
    send(["x-user", "user-a"]);
    send(["x-user", "user-a"]);
    expect(send(["x-user", "user-a"])).toBe(1);
  });

  it("sends the names of changing values as an index", () => {
    const { send } = pair();
    for (let i = 0; i < 20; i++) send(["x-request-id", `${i}`]);
    expect(send(["x-request-id", "abc"])).toBeLessThanOrEqual(3 + "abc".length);
  });

  it("follows the sizes that the other side allows its table", () => {
    const { encoder, send } = pair();
    send(call("1S"));
    encoder.limitTable(0);
    const plain = send(call("1S"));
    expect(plain).toBeGreaterThan(50);
    expect(send(call("1S"))).toBeGreaterThanOrEqual(plain - 1);
    encoder.limitTable(200);
    send(call("1S"));
    // There and back between two blocks: the smallest has to be announced too (RFC 7541 §4.2).
    encoder.limitTable(0);
    encoder.limitTable(65_536);
    send(call("1S"));
    expect(send(call("1S"))).toBe(8);
  });

  it.each([
    ["a name in upper case", ["A", "1"]],
    ["an empty name", ["", "1"]],
    ["a header of a connection", ["connection", "close"]],
    ["a line feed in a value", ["a", "1\n2"]],
    ["NUL in a value", ["a", "\0"]],
    ["a character beyond U+00FF", ["a", "\u0100"]],
  ])("refuses %s, and what comes after is right", (_, bad) => {
    const { encoder, send } = pair();
    send(call("1S"));
    expect(() => encoder.encode(Buffer.alloc(200), 0, ["x-new", "1", ...bad])).toThrow(TypeError);
    send([...call("1S"), "x-new", "1"]);
    send([...call("1S"), "x-new", "1"]);
    expect(send([...call("1S"), "x-new", "1"])).toBe(9);
  });

  it("stays right through random headers, sizes of the table and failures", () => {
    const random = seededRandom(7);
    const { encoder, send } = pair();
    for (let round = 0; round < 4000; round++) {
      if (random.below(100) === 0) encoder.limitTable(random.pick([0, 64, 200, 1000, 4096, 100_000]));
      if (random.below(50) === 0)
        expect(() => encoder.encode(Buffer.alloc(500), 0, ["x-1", "ok", "bad name", ""])).toThrow();
      const fields: string[] = [];
      for (let i = random.below(8); i > 0; i--) {
        const value = random.pick([
          "",
          "v",
          `${random.below(5)}`,
          `${random()}`,
          "\u00e9\t",
          "a".repeat(random.below(300)),
        ]);
        fields.push(`x-${random.below(700)}`, value);
      }
      send(fields);
    }
  });
});
