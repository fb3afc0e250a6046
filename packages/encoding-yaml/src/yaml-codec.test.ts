import { describe, expect, test } from "vitest";
import { yamlCodec } from "./yaml-codec.ts";

const codec = yamlCodec();
const write = (value: unknown) => String(codec.encode(value as never));
const read = (text: string): unknown => codec.decode(new TextEncoder().encode(text));

test("a reply is what Go Kratos writes where names have one word", () => {
  expect(write({ id: "7", shelf: "", view: "v" })).toBe('id: "7"\nshelf: ""\nview: v\n');
});

describe("plain values come back as they were", () => {
  const strings = [
    ...[
      "",
      " ",
      "~",
      "null",
      "true",
      "yes",
      "off",
      "1",
      "1_000",
      "0o7",
      "0x1F",
      "1e3",
      ".inf",
      ".nan",
      "-",
      "?",
      "<<",
      "=",
    ],
    ...[
      "a: b",
      "a #b",
      "#",
      "- a",
      "[a]",
      "{a}",
      "*a",
      "&a",
      "!a",
      "%a",
      "@a",
      "`a",
      '"',
      "'",
      "\\",
      "---",
      "...",
      "2006-01-02",
    ],
    ...[
      "12:30:45",
      "\n",
      "a\n",
      "\na",
      "a\n\n",
      "a\nb",
      " a\n b",
      "a \n",
      "a\r\nb",
      "\t",
      "\ta\n",
      "a\tb",
      "|\n a",
      ">",
    ],
    ...[
      "\u0000",
      "\u0007a",
      "\u007f",
      "\u0085",
      "a\u0085b",
      "\u2028",
      "a\u2028b\n",
      "\ufeff",
      "\ufeffa",
      "\uffff",
      "é",
      "日本",
      "😀",
    ],
    ...["x".repeat(300), `${"word ".repeat(60)}end`, "__proto__"],
  ];

  test.each(strings)("the string %j, as value, item and key", (text) => {
    for (const value of [text, [text], { [text === "__proto__" ? "p" : text]: text }, { a: [{ b: text }] }])
      expect(read(write(value))).toEqual(value);
  });

  test.each([0, 1, -1, 1.5, 1e21, -1e-7, 5e-324, 2 ** 53 - 1, 2 ** 31, true, false, null])("%j", (value) => {
    for (const whole of [value, [value], { a: value }]) expect(read(write(whole))).toEqual(whole);
  });

  test.each([[[]], [{}], [[[], {}]], [{ a: [], b: {}, c: [[1, [2]], { d: [{ e: null }] }] }]])("%j", (value) => {
    expect(read(write(value))).toEqual(value);
  });

  test("what a reader of YAML 1.1 takes for the end of a line is escaped", () => {
    expect(write({ a: "x\u0085y\u2028z\ufeff\u0007" })).toBe('a: "x\\u0085y\\u2028z\\ufeff\\a"\n');
  });

  test("shared objects are written twice: no reader needs aliases", () => {
    const shared = { a: 1 };
    expect(write([shared, shared])).toBe("- a: 1\n- a: 1\n");
  });
});

describe("YAML 1.2 is read", () => {
  test.each<[string, unknown]>([
    ["a: 1 # one\nb: [2, 3.5]\nc: {d: null, e: ~, f: }", { a: 1, b: [2, 3.5], c: { d: null, e: null, f: null } }],
    ["---\na: x\n...\n", { a: "x" }],
    ["%YAML 1.2\n---\na: x", { a: "x" }],
    ["\ufeffa: 1", { a: 1 }],
    ["a: |\n  x\n  y\nb: >-\n  x\n  y\n", { a: "x\ny\n", b: "x y" }],
    ["yes: no\n1: on\nnull: a\ntrue: b", { yes: "no", 1: "on", null: "a", true: "b" }],
    ["a: 0x1F\nb: 0o17\nc: 012\nd: 1_000\ne: 0b1", { a: 31, b: 15, c: 12, d: "1_000", e: "0b1" }],
    ["a: .inf\nb: -.INF\nc: .nan", { a: Infinity, b: -Infinity, c: Number.NaN }],
    ["a: !!str 1\nb: !!int '2'\nc: ! 3", { a: "1", b: 2, c: "3" }],
    ["a: 2006-01-02T15:04:05Z", { a: "2006-01-02T15:04:05Z" }],
    ["<<: {a: 1}\nb: 2", { "<<": { a: 1 }, b: 2 }],
    ["a: &x [1]\nb: *x\n&k c: *k", { a: [1], b: [1], c: "c" }],
    ["- &x 1\n- *x\n- &x 2\n- *x", [1, 1, 2, 2]],
    ['{"json": ["is", "yaml", 1]}', { json: ["is", "yaml", 1] }],
    ["", null],
    ["# nothing", null],
  ])("%j", (text, value) => {
    expect(read(text)).toEqual(value);
  });

  test("whatever version the document claims", () => {
    expect(read("%YAML 1.1\n---\na: yes\nb: 010\n<<: {c: 1}")).toEqual({ a: "yes", b: 10, "<<": { c: 1 } });
  });

  test("with every digit of an integer", () => {
    expect(read("[9007199254740991, 9007199254740992, -9223372036854775808, 18446744073709551615]")).toEqual([
      9007199254740991,
      9007199254740992n,
      -9223372036854775808n,
      18446744073709551615n,
    ]);
  });

  test("with __proto__ as a key like any other", () => {
    const value = read("__proto__: {a: 1}\nconstructor: 2") as object;
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.entries(value)).toEqual([
      ["__proto__", { a: 1 }],
      ["constructor", 2],
    ]);
    expect(read(write(value))).toEqual(value);
  });
});

test.each([{ maxBytes: 0 }, { maxDepth: -1 }, { maxDepth: Number.NaN }])(
  "limits that can't be are refused: %j",
  (options) => {
    expect(() => yamlCodec(options)).toThrow(RangeError);
  },
);
