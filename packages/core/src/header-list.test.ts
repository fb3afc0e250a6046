import { describe, expect, test } from "vitest";
import { HeaderList } from "./index.ts";

/** What both kinds are asked, so that one answer is held against the other. */
function everythingOf(headers: Headers): unknown {
  const each: unknown[] = [];
  headers.forEach((value, name, parent) => void each.push([name, value, parent === headers]));
  const names = ["a", "A", "b", "set-cookie", "missing"];
  return {
    list: [...headers],
    entries: [...headers.entries()],
    keys: [...headers.keys()],
    values: [...headers.values()],
    object: Object.fromEntries(headers),
    copy: [...new Headers(headers)],
    cookies: headers.getSetCookie(),
    get: names.map((name) => headers.get(name)),
    has: names.map((name) => headers.has(name)),
    each,
  };
}

function setAll(headers: Headers, ...pairs: [string, string][]): void {
  for (const [name, value] of pairs) headers.append(name, value);
}

describe("it behaves as Headers do", () => {
  test.each<[string, (headers: Headers) => void]>([
    ["when empty", () => {}],
    ["after set", (headers) => headers.set("A", "1")],
    ["after several values were appended", (headers) => setAll(headers, ["A", "1"], ["A", "2"], ["A", "1"])],
    [
      "after set over appended values",
      (headers) => {
        headers.append("a", "1");
        headers.append("b", "x");
        headers.append("A", "2");
        headers.set("a", "3");
      },
    ],
    [
      "with names out of order, as it lists them sorted",
      (headers) => setAll(headers, ["b", "2"], ["c", "3"], ["a", "1"]),
    ],
    [
      "after delete, of a name in any case and of a missing one",
      (headers) => {
        headers.append("a", "1");
        headers.append("A", "2");
        headers.append("b", "3");
        headers.delete("A");
        headers.delete("missing");
      },
    ],
    [
      "with cookies, which are never joined",
      (headers) => {
        headers.append("Set-Cookie", "a=1");
        headers.append("b", "2");
        headers.append("set-cookie", "b=2");
      },
    ],
    ["with blanks around a value", (headers) => headers.set("a", " \t1 2\t ")],
    ["with an empty value", (headers) => headers.append("a", "")],
    ["with every character a value may have", (headers) => headers.set("a", "\t !~\u0080ÿé")],
  ])("%s", (_, change) => {
    const [ours, real] = [new HeaderList(), new Headers()];
    change(ours);
    change(real);
    expect(everythingOf(ours)).toEqual(everythingOf(real));
  });

  test.each<[string, string, string]>([
    ["a name with a blank", "a b", "1"],
    ["an empty name", "", "1"],
    ["a name beyond ASCII", "é", "1"],
    ["a name with a line break", "a\r\nb", "1"],
    ["a value with a line break", "a", "1\r\nb: 2"],
    ["a value with a zero byte", "a", "1\0"],
    ["a value beyond Latin-1", "a", "日本"],
  ])("and refuses %s", (_, name, value) => {
    for (const headers of [new Headers(), new HeaderList()]) {
      expect(() => headers.set(name, value)).toThrow(TypeError);
      expect(() => headers.append(name, value)).toThrow(TypeError);
      expect([...headers]).toEqual([]);
    }
  });
});

describe("beyond what Headers do, it", () => {
  test("gives each value as it came", () => {
    const headers = new HeaderList(["X-A", "1, 2", "b", "x", "x-a", "3"]);
    expect(headers.getAll("X-a")).toEqual(["1, 2", "3"]);
    expect(headers.getAll("missing")).toEqual([]);
    expect(headers.size).toBe(3);
  });

  test("keeps the transport's list, with names in lower case", () => {
    const list = ["X-A", "1", "x-a", "2"];
    const headers = new HeaderList(list);
    headers.append("B", "3");
    expect(headers.flat()).toBe(list);
    expect(list).toEqual(["x-a", "1", "x-a", "2", "b", "3"]);
  });

  test("refuses control characters, which no transport could send", () => {
    expect(() => new HeaderList().set("a", "\x1b[31m")).toThrow(
      "value of header a has a line break, control character or one beyond Latin-1; encode it",
    );
  });

  test("says which name was wrong", () => {
    expect(() => new HeaderList().append("x:y", "1")).toThrow('header name "x:y" has a character no header may have');
  });
});

describe("HeaderList.from copies", () => {
  const pairs: [string, string][] = [
    ["B", "2"],
    ["a", "1"],
    ["A", "3"],
  ];
  test.each<[string, HeadersInit | undefined]>([
    ["pairs", pairs],
    ["Headers", new Headers(pairs)],
    ["a record", { B: "2", a: "1, 3" }],
    ["another one", new HeaderList(pairs.flat())],
    ["nothing", undefined],
  ])("%s", (_, init) => {
    const copy = HeaderList.from(init);
    expect([...copy]).toEqual([...new Headers(init)]);
    copy.set("new", "1");
    if (init instanceof HeaderList) expect(init.has("new")).toBe(false);
  });

  test("values of another one unjoined", () => {
    expect(HeaderList.from(new HeaderList(["a", "1", "a", "2"])).getAll("a")).toEqual(["1", "2"]);
  });
});
