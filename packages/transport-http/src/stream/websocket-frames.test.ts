import { KratosError } from "@kratos-ts/core";
import { describe, expect, it } from "vitest";
import { endFrame, errorFrame, errorOfClose, fitsCloseReason, readControlFrame } from "./websocket-frames.ts";

describe("a frame", () => {
  it.each(["", "{}", "end", "\u001e", "\u001eends", "\u001eerror", " \u001eend"])("is a message: %j", (text) => {
    expect(readControlFrame(Buffer.from(text))).toBeUndefined();
  });

  it("ends the messages", () => {
    expect(readControlFrame(Buffer.from(endFrame))).toBe("end");
  });

  it("is an error", () => {
    const error = readControlFrame(Buffer.from(errorFrame("é"))) as KratosError;
    expect(error).toBeInstanceOf(KratosError);
    expect(error.message).toBe("é");
  });
});

describe("a close", () => {
  it.each([1000, 1001, 1005])("with %d is the end", (code) => {
    expect(errorOfClose(code, "whatever")).toBeUndefined();
  });

  it.each<[number, string, object]>([
    [1006, "", { code: 503, message: "the connection broke before the stream had ended" }],
    [1009, "", { code: 413, reason: "BODY_TOO_LARGE" }],
    [1011, "error: code = 403 reason = R message = m metadata = map[] cause = <nil>", { code: 403, reason: "R" }],
    [1011, "", { code: 500, message: "the server closed the WebSocket with code 1011" }],
    [4000, "why", { code: 500, message: "the server closed the WebSocket with code 4000 why" }],
  ])("with %d %s is an error", (code, reason, error) => {
    expect(errorOfClose(code, reason)).toMatchObject(error);
  });

  it("holds 123 bytes of text", () => {
    expect(fitsCloseReason("x".repeat(123))).toBe(true);
    expect(fitsCloseReason("x".repeat(124))).toBe(false);
    expect(fitsCloseReason("é".repeat(62))).toBe(false);
  });
});
