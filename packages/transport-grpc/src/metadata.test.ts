import { describe, expect, it } from "vitest";
import { appendMetadata, decodeBinary, decodeMessage, encodeBinary, encodeMessage, metadataOf } from "./metadata.ts";

describe("metadata", () => {
  it("sends what is metadata and leaves out what the protocol decides", () => {
    const headers: string[] = [":status", "200"];
    appendMetadata(headers, [
      ":path",
      "/x",
      "grpc-status",
      "0",
      "te",
      "gzip",
      "connection",
      "close",
      "x-a",
      "1",
      "x-a",
      "2",
    ]);
    expect(headers).toEqual([":status", "200", "x-a", "1", "x-a", "2"]);
  });

  it("lets through what retries tell each other, both ways", () => {
    const told = ["grpc-previous-rpc-attempts", "2", "grpc-retry-pushback-ms", "100"];
    const headers: string[] = [];
    appendMetadata(headers, told);
    expect(headers).toEqual(told);
    expect(metadataOf(told)).toEqual(told);
  });

  it("encodes what no header value may hold", () => {
    const headers: string[] = [];
    appendMetadata(headers, ["x-name", "é\t1", "x-plain", "100% <ok>"]);
    expect(headers).toEqual(["x-name", "%C3%A9%091", "x-plain", "100% <ok>"]);
  });

  it("shows what is metadata of what was received", () => {
    const received = [
      ":path",
      "/x",
      "content-type",
      "application/grpc",
      "grpc-timeout",
      "1S",
      "user-agent",
      "u",
      "x-a",
      "1",
    ];
    expect(metadataOf(received)).toEqual(["user-agent", "u", "x-a", "1"]);
  });

  it("writes bytes as base64 without padding, and reads both, and several joined by commas", () => {
    expect(encodeBinary(new Uint8Array([1]))).toBe("AQ");
    expect(decodeBinary("AQ")).toEqual([new Uint8Array([1])]);
    expect(decodeBinary("AQ==, AgM=")).toEqual([new Uint8Array([1]), new Uint8Array([2, 3])]);
  });
});

describe("grpc-message", () => {
  it.each([
    ["plain text, no change", "plain text, no change"],
    ["100%", "100%25"],
    ["no user é 100% <7>\nnext", "no user %C3%A9 100%25 <7>%0Anext"],
    ["😀", "%F0%9F%98%80"],
    ["", ""],
  ])("encodes %j and back", (message, encoded) => {
    expect(encodeMessage(message)).toBe(encoded);
    expect(decodeMessage(encoded)).toBe(message);
  });

  it("keeps what is not well encoded", () => {
    expect(decodeMessage("50% off %zz %4")).toBe("50% off %zz %4");
    expect(decodeMessage("%ff")).toBe("\ufffd");
  });
});
