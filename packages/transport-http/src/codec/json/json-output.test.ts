import { describe, expect, it } from "vitest";
import { JsonOutput, pieceOf } from "./json-output.ts";

const quote = pieceOf('"');

function written(write: (out: JsonOutput) => void): string {
  const out = JsonOutput.take();
  write(out);
  return out.finish();
}

describe("JSON being written", () => {
  const texts = [
    "",
    "plain",
    'q"\\/',
    "\b\t\n\f\r\u0000\u001f\u007f",
    "é ÿ ā ߿ ࠀ ￿ 你好",
    "😀 \u{10ffff}",
    "\u2028\u2029",
  ];
  // Short ones are written by a loop, long ones by what is built in.
  for (const times of [1, 20, 400])
    it.each(texts)(`has %j ${times} times in a string as JSON.stringify does`, (text) => {
      const whole = text.repeat(times);
      expect(written((out) => out.string(quote, whole))).toBe(JSON.stringify(whole));
    });

  it.each(["\ud83d", "a\ude00b", "\ud83d\ud83d\ude00", "\ude00\ud83d"])("has U+FFFD for each half of %j", (text) => {
    for (const whole of [text, text.repeat(200)])
      expect(written((out) => out.string(quote, whole))).toBe(JSON.stringify(whole.toWellFormed()));
  });

  it.each([
    0,
    7,
    10,
    99,
    100,
    -1,
    -10,
    2 ** 31 - 1,
    2 ** 31,
    -(2 ** 31),
    2 ** 32 - 1,
    1e15,
    999_999_999_999_999,
    Number.MAX_SAFE_INTEGER,
    Number.MIN_SAFE_INTEGER,
  ])("has the integer %d", (value) => {
    expect(written((out) => out.integer(value))).toBe(String(value));
  });

  it("has bytes of any length in base64", () => {
    for (let length = 0; length < 200; length++) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 37 + length) & 255);
      expect(written((out) => out.base64(bytes))).toBe(Buffer.from(bytes).toString("base64"));
    }
  });

  it("grows, and is used again", () => {
    const long = "é".repeat(50_000);
    expect(written((out) => out.string(quote, long))).toBe(`"${long}"`);
    const first = JsonOutput.take();
    // A getter of what is written may write something itself.
    const second = JsonOutput.take();
    expect(second).not.toBe(first);
    first.text("a");
    second.text("b");
    expect([first.finish(), second.finish()]).toEqual(["a", "b"]);
    expect(JsonOutput.take()).toBe(second);
  });

  it("has names beyond ASCII escaped in what is compiled", () => {
    expect(new TextDecoder().decode(pieceOf(',"é":'))).toBe(',"\\u00e9":');
  });
});
