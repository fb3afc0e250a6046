import { describe, expect, it } from "vitest";
import { SseEventTooLarge, SseReader } from "./sse-reader.ts";
import { sseComment, sseEvent } from "./sse-writer.ts";

/** What a reader makes of a text that comes in pieces of so many bytes. */
function read(text: string | Uint8Array, size = Number.POSITIVE_INFINITY, maxEventBytes = 1000): string[] {
  const events: string[] = [];
  const onEvent = ({ name, data }: { name: string; data: Uint8Array }) =>
    events.push(`${name}: ${Buffer.from(data).toString()}`);
  const reader = new SseReader({ maxEventBytes, onEvent });
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
  return events;
}

describe("reading events", () => {
  it.each<[string, string[]]>([
    ["event: message\ndata: 1\n\nevent: error\ndata: 2\n\n", ["message: 1", "error: 2"]],
    ["data: 1\n\n", ["message: 1"]],
    ["data:1\ndata:  2\ndata\n\n", ["message: 1\n 2\n"]],
    ["data: 1\r\n\r\nevent: x\r\ndata: 2\r\n\r\n", ["message: 1", "x: 2"]],
    [": hello\n\nid: 5\nretry: 10\ndata: 1\nwhatever: 2\n\n", ["message: 1"]],
    ["\ufeffdata: 1\n\n", ["message: 1"]],
    ["event: lonely\n\ndata: 1\n\n", ["message: 1"]],
    ["data:\n\n", ["message: "]],
    ["data: 1\n\ndata: unfinished\n", ["message: 1"]],
    ["data: é你🎉\n\n", ["message: é你🎉"]],
    ["\n\n\n", []],
  ])("%j", (text, events) => {
    for (const size of [1, 2, 3, 7, Number.POSITIVE_INFINITY]) expect(read(text, size)).toEqual(events);
  });

  it("bounds what it holds, of a line and of lines together", () => {
    expect(() => read(`data: ${"x".repeat(100)}`, 10, 50)).toThrow(SseEventTooLarge);
    expect(() => read("data: 12345\n".repeat(20), 10, 50)).toThrow(SseEventTooLarge);
    expect(read("data: 12345\n\n".repeat(20), 10, 50)).toHaveLength(20);
  });
});

describe("writing events", () => {
  it("makes each line of a text a line of data", () => {
    expect(sseEvent("message", '{"a":1}')).toBe('event: message\ndata: {"a":1}\n\n');
    expect(sseEvent("error", "a\nb\r\nc\rd")).toBe("event: error\ndata: a\ndata: b\ndata: c\ndata: d\n\n");
    expect(sseEvent("message", "")).toBe("event: message\ndata: \n\n");
  });

  it("splits bytes at line feeds alone", () => {
    const event = sseEvent("message", Buffer.from("a\nb\rc\n")) as Uint8Array;
    expect(Buffer.from(event).toString()).toBe("event: message\ndata: a\ndata: b\rc\ndata: \n\n");
  });

  it.each(["", "x", "a\nb", "\n", "é\n\n你"])("is read as %j again", (text) => {
    expect(read(sseEvent("message", text))).toEqual([`message: ${text}`]);
    expect(read(sseEvent("message", Buffer.from(text)))).toEqual([`message: ${text}`]);
  });

  it("has a comment that no reader sees", () => {
    expect(read(`${sseComment}${sseEvent("message", "1")}${sseComment}`)).toEqual(["message: 1"]);
  });
});
