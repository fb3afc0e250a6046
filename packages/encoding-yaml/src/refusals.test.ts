import { KratosError } from "@kratos-ts/core";
import { expect, test } from "vitest";
import { yamlCodec } from "./yaml-codec.ts";

function refusal(body: string | Uint8Array): string {
  try {
    yamlCodec().decode(typeof body === "string" ? new TextEncoder().encode(body) : body);
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(KratosError);
    const error = thrown as KratosError;
    expect([error.code, error.reason]).toEqual([400, "CODEC"]);
    expect(error.message.length).toBeLessThan(300);
    return error.message;
  }
  throw new Error("it was taken");
}

// Each level holds the one before nine times.
const laughs = ["a: &a [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
  .concat([..."bcdefghi"].map((name, i) => `${name}: &${name} [${Array(9).fill(`*${"abcdefgh"[i]}`).join(", ")}]`))
  .join("\n");

test.each<[string, string | Uint8Array, string]>([
  ["a key twice", "a: 1\nb: 2\na: 3", 'body, line 3, column 1: expected each key once, got "a"'],
  ["a key in two spellings", '{1: x, "1": y}', "expected each key once"],
  ["a list as key", "? [a]\n: b", "body, line 1, column 3: expected YAML 1.2, got With stringKeys"],
  ["a map as key", "{a: 1}: b", "expected YAML 1.2"],
  ["an alias as key", "a: &a b\n*a : c", "expected YAML 1.2"],
  [
    "a tag of its own",
    "a: 1\nb: !!js/function 'x'",
    "body, line 2, column 4: expected no tags but those of the core schema",
  ],
  ["a local tag", "!thing {a: 1}", "expected no tags"],
  ["binary", "!!binary aGk=", "expected no tags"],
  ["a set", "!!set {a}", "expected no tags"],
  ["two documents", "a: 1\n---\nb: 2", "body, line 2, column 1: expected a single document"],
  ["an unclosed list", "a: [1,\n", "expected YAML 1.2, got Flow sequence"],
  ["bad indentation", "a:\n  b: 1\n c: 2", "expected YAML 1.2"],
  ["tabs as indentation", "a:\n\tb: 1", "expected YAML 1.2"],
  ["an unknown escape", '"\\q"', "expected YAML 1.2"],
  ["XML", "<Book>\n\t<Id>: </Id></Book>", "expected YAML 1.2"],
  ["an alias without an anchor", "a: *b", 'body, line 1, column 4: expected an anchor before its alias, got "*b"'],
  ["an alias before its anchor", "a: *b\nb: &b 1", "expected"],
  ["an alias within its anchor", "a: &a [1, *a]", 'expected no alias within its own anchor, got "*a"'],
  ["a number beyond a double", "a: 1e999", 'expected a number that fits a double, got "1e999"'],
  ["a billion laughs", laughs, "expected at most 262144 bytes with all aliases written out"],
  ["a long text many times", `a: &a ${"x".repeat(100_000)}\nb: [*a, *a, *a]`, "with all aliases written out"],
  [
    "depth by aliases",
    Array.from({ length: 200 }, (_, i) => `- &a${i} [*a${i - 1}]`)
      .join("\n")
      .replace("*a-1", ""),
    "at most 100 lists and maps",
  ],
  [
    "101 lists",
    `${"[".repeat(101)}${"]".repeat(101)}`,
    "body, line 1, column 101: expected at most 100 lists and maps within each other",
  ],
  ["100,000 lists", "[".repeat(100_000), "expected less nesting"],
  ["100,000 lists in blocks", "- ".repeat(100_000), "expected less nesting"],
  ["100,000 keys in keys", "? ".repeat(100_000), "expected"],
  ["invalid UTF-8", new Uint8Array([0x61, 0x3a, 0x20, 0xff]), "body: expected YAML in UTF-8"],
  ["UTF-16", new Uint8Array([0xff, 0xfe, 0x61, 0x00]), "body: expected YAML in UTF-8"],
  ["more than 256 KiB", "#".repeat(256 * 1024 + 1), "body: expected at most 262144 bytes of YAML, got 262145"],
  ["brackets without end", "]".repeat(200_000), "expected YAML 1.2"],
])("%s is refused", (_, body, expected) => {
  expect(refusal(body)).toContain(expected);
});

test("as many keys as fit take no more than their time", () => {
  const body = Array.from({ length: 25_000 }, (_, i) => `k${i}: v`).join("\n");
  expect(Object.keys(yamlCodec().decode(new TextEncoder().encode(body)) as object)).toHaveLength(25_000);
});
