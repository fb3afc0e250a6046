// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders look like that.
import { once } from "node:events";
import type { ConfigSource } from "@kratos-ts/core";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { FakeSource } from "../testdata/fake-source.ts";
import type { ConfigChange } from "./config.ts";
import { ConfigError } from "./config-error.ts";
import { envSource } from "./env-source.ts";
import { loadConfig } from "./load-config.ts";

const text = (value: string, format: string): ConfigSource => ({
  name: `text.${format}`,
  load: async () => [{ key: `text.${format}`, format, value: new TextEncoder().encode(value) }],
});

describe("formats", () => {
  test.each([
    ["json", '{"a": {"b": 1}, "n": 9007199254740993}'],
    ["yaml", "a:\n  b: 1\nn: 9007199254740993\n"],
    ["yml", "a: {b: 1}\nn: 9007199254740993\n"],
    ["toml", "n = 9007199254740993\n[a]\nb = 1\n"],
  ])("%s", async (format, value) => {
    const config = await loadConfig({ sources: [text(value, format)] });
    expect(config.data).toEqual({ a: { b: 1 }, n: 9007199254740993n });
  });

  test("env: lines of names and values, dots are paths", async () => {
    const config = await loadConfig({ sources: [text('# here\na.b=1\nexport C="two words"\nD=\n', "env")] });
    expect(config.data).toEqual({ a: { b: "1" }, C: "two words", D: "" });
  });

  test("dates of TOML are text", async () => {
    const config = await loadConfig({ sources: [text("d = 2020-01-02T03:04:05Z\nl = 2020-01-02", "toml")] });
    expect(config.data).toEqual({ d: "2020-01-02T03:04:05.000Z", l: "2020-01-02" });
  });

  test("others by a decoder of yours", async () => {
    const xml = (source: string) => ({ name: /<name>(.*)<\/name>/.exec(source)?.[1] });
    const config = await loadConfig({ sources: [text("<name>n</name>", "xml")], decoders: { xml } });
    expect(config.data).toEqual({ name: "n" });
  });

  test.each([
    ["json", '{"a": }', /text\.json.*can't be read as json: .*\}/s],
    ["json", "[1]", /expected an object at the top/],
    ["json", `${'{"a":'.repeat(200)}1${"}".repeat(200)}`, /at most 100 objects/],
    ["yaml", "a: [", /can't be read as yaml: .*line 1/s],
    ["yaml", "a: 1\n---\nb: 2\n", /can't be read as yaml: .*multiple documents/s],
    [
      "yaml",
      `a: &a [x]\n${"b: &b [*a,*a]\n"}${Array.from({ length: 101 }, (_, i) => `c${i}: *b`).join("\n")}`,
      /alias/i,
    ],
    ["toml", "a = ", /can't be read as toml/],
    ["ini", "a=1", /expected one of the formats json, yaml, yml, toml, env, got "ini"/],
    ["constructor", "a=1", /expected one of the formats/],
  ])("bad %s is refused with its source: %j", async (format, value, message) => {
    const failed = loadConfig({ sources: [text(value, format)] });
    await expect(failed).rejects.toThrow(ConfigError);
    await expect(failed).rejects.toThrow(message);
    await expect(failed).rejects.toMatchObject({ issues: [{ source: `text.${format}`, key: `text.${format}` }] });
  });

  test("text that is no UTF-8 is refused", async () => {
    const source = { name: "bytes", load: async () => [{ key: "k", value: new Uint8Array([0xff]) }] };
    await expect(loadConfig({ sources: [source] })).rejects.toThrow('bytes, key "k": can\'t be read as text in UTF-8');
  });
});

describe("merging", () => {
  test("__proto__ is a key like any other", async () => {
    const config = await loadConfig({
      sources: [
        new FakeSource('{"__proto__": {"a": 1}}'),
        envSource({ prefixes: ["X_"], env: { "X___proto__.b": "2" } }),
      ],
    });
    expect(Object.getPrototypeOf(config.data)).toBe(Object.prototype);
    expect(Object.entries(config.data)).toEqual(
      [
        ["__proto__", { a: 1 }],
        ["_proto__", { b: "2" }],
      ].slice(0, 2),
    );
    expect(({} as { a?: number }).a).toBeUndefined();
    expect(config.value("__proto__.a")).toBe(1);
    expect(config.value("constructor")).toBeUndefined();
  });

  test("an empty object changes nothing", async () => {
    const config = await loadConfig({ sources: [new FakeSource({ a: 5, b: {} }), new FakeSource({ a: {}, c: {} })] });
    expect(config.data).toEqual({ a: 5, b: {}, c: {} });
  });
});

describe("placeholders", () => {
  const filled = async (tree: unknown, resolveActualTypes = false) =>
    (await loadConfig({ sources: [new FakeSource(tree)], resolveActualTypes })).data;

  test("may lead to others", async () => {
    expect(await filled({ a: "${b}!", b: "${c}?", c: "v" })).toEqual({ a: "v?!", b: "v?", c: "v" });
  });

  test("that need themselves have their default", async () => {
    expect(await filled({ PORT: "${PORT:8080}", a: "${b:x}", b: "${a:y}" })).toEqual({ PORT: "8080", a: "y", b: "x" });
  });

  test("that need themselves and have no default are refused", async () => {
    await expect(filled({ s: { a: "${s.a}" } })).rejects.toThrow(
      's.a (fake, key "config.json"): expected a value for ${s.a}, which needs itself: give it a default',
    );
  });

  test("of null are as of nothing", async () => {
    expect(await filled({ n: null, a: "${n}", b: "${n:d}" })).toEqual({ n: null, a: "", b: "d" });
  });

  test.each([
    ["true", true],
    ["1.5", 1.5],
    ["-7", -7],
    ["9007199254740993", 9007199254740993n],
    ['"5"', "5"],
    ["1.2.3", "1.2.3"],
    ["", ""],
    ["0x1", "0x1"],
  ])("become what they look like on request: %s", async (value, expected) => {
    expect(await filled({ v: value, a: "${v}", l: ["${v}"] }, true)).toEqual({ v: value, a: expected, l: [expected] });
  });
});

describe("reading", () => {
  test("what is not there is undefined, what does not convert is an error", async () => {
    const config = await loadConfig({ sources: [new FakeSource({ a: { b: "x" }, l: [1], t: "true" })] });
    expect([config.value("a.c"), config.string("nope"), config.int("a.b.c")]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(() => config.int("a.b")).toThrow('config value "a.b": expected an integer, got "x"');
    expect(() => config.float("l")).toThrow("expected a number, got a list");
    expect(() => config.string("a")).toThrow("expected text, got object");
    expect(config.boolean("t")).toBe(true);
  });

  test("nobody can change what is handed out", async () => {
    const config = await loadConfig({ sources: [new FakeSource({ a: { l: [{ b: 1 }] } })] });
    expect(() => {
      (config.data as unknown as { a: { l: { b: number }[] } }).a.l[0]!.b = 2;
    }).toThrow(TypeError);
    expect(Object.isFrozen(config.value("a.l"))).toBe(true);
  });
});

/** The next change that an observer is told. */
function nextChange(
  config: { observe(path: string, listener: (change: ConfigChange) => void): () => void },
  path: string,
) {
  const { promise, resolve } = Promise.withResolvers<ConfigChange>();
  const stop = config.observe(path, (change) => {
    stop();
    resolve(change);
  });
  return promise;
}

describe("watching", () => {
  test("tells each observer of a value that changed, with the old and the new", async () => {
    const source = new FakeSource({ a: { b: 1, c: 1 }, d: 1 });
    await using config = await loadConfig({ sources: [source] });
    const seen: unknown[] = [];
    for (const path of ["a.b", "a.b", "a", "a.c", "d", ""])
      config.observe(path, ({ path, value, previous }) => seen.push([path, previous, value]));
    const changed = nextChange(config, "");
    source.set({ a: { b: 2, c: 1 }, d: 1 });
    await changed;
    expect(seen).toEqual([
      ["a.b", 1, 2],
      ["a.b", 1, 2],
      ["a", { b: 1, c: 1 }, { b: 2, c: 1 }],
      ["", { a: { b: 1, c: 1 }, d: 1 }, { a: { b: 2, c: 1 }, d: 1 }],
    ]);
  });

  test("tells of keys that come and go", async () => {
    const source = new FakeSource({});
    await using config = await loadConfig({ sources: [source] });
    let change = nextChange(config, "new.key");
    source.set({ new: { key: 1 } });
    expect(await change).toMatchObject({ value: 1, previous: undefined, data: { new: { key: 1 } } });
    change = nextChange(config, "new.key");
    source.set({});
    expect(await change).toMatchObject({ value: undefined, previous: 1 });
  });

  test("a reader of the iterable gets the newest, from the moment it asked", async () => {
    const source = new FakeSource({ n: 0 });
    await using config = await loadConfig({ sources: [source] });
    const changes = config.watch("n");
    for (const n of [1, 2, 3]) {
      const changed = nextChange(config, "n");
      source.set({ n });
      await changed;
    }
    const seen: unknown[] = [];
    for await (const { value, previous } of changes) {
      seen.push([previous, value]);
      if (value === 4) break;
      source.set({ n: 4 });
    }
    expect(seen).toEqual([
      [0, 3],
      [3, 4],
    ]);
  });

  test("the iterable ends with its signal, and with the configuration", async () => {
    const config = await loadConfig({ sources: [new FakeSource({})] });
    const ended = new AbortController();
    const first = config.watch("a", { signal: ended.signal })[Symbol.asyncIterator]().next();
    const second = config.watch("a")[Symbol.asyncIterator]().next();
    ended.abort();
    expect((await first).done).toBe(true);
    await config.close();
    expect((await second).done).toBe(true);
    expect((await config.watch("a")[Symbol.asyncIterator]().next()).done).toBe(true);
  });

  test("no event when nothing changed; what did not change stays the same object", async () => {
    const source = new FakeSource({ a: { x: [1] }, n: 1 });
    await using config = await loadConfig({ sources: [source] });
    const { data } = config;
    const part = config.value("a");
    const seen: unknown[] = [];
    config.observe("", (change) => seen.push(change));
    source.set({ n: 1, a: { x: [1] } });
    const changed = nextChange(config, "n");
    source.set({ a: { x: [1] }, n: 2 });
    await changed;
    expect(seen).toHaveLength(1);
    expect(config.value("a")).toBe(part);
    expect(data).toEqual({ a: { x: [1] }, n: 1 });
  });

  test("an observer that stopped is told nothing, one that throws harms no other", async () => {
    const source = new FakeSource({ n: 0 });
    const errors: ConfigError[] = [];
    await using config = await loadConfig({ sources: [source], onError: (error) => errors.push(error) });
    config.observe("n", () => expect.unreachable())();
    config.observe("n", () => {
      throw new Error("mine");
    });
    const changed = nextChange(config, "n");
    source.set({ n: 1 });
    await changed;
    expect(errors).toMatchObject([{ message: 'an observer of "n" failed: Error: mine' }]);
  });

  test("a change that came between loading and watching is found", async () => {
    const source = new FakeSource({ n: 0 });
    const loading = loadConfig({ sources: [source] });
    source.setSilently({ n: 1 });
    await using config = await loading;
    await expect.poll(() => config.value("n")).toBe(1);
  });
});

describe("a bad change", () => {
  const schema = z.object({ a: z.number(), b: z.number().optional() });

  test.each([
    ["of syntax", "{", /fake, key "config.json": can't be read as json/],
    ["of schema", '{"a": "x", "b": 1}', /^a \(fake, key "config.json"\): .*number/],
  ])("%s is refused as a whole, and the last good one stays", async (_, bad, message) => {
    const source = new FakeSource({ a: 1 });
    const refused = Promise.withResolvers<ConfigError>();
    await using config = await loadConfig({ sources: [source], schema, onError: refused.resolve });
    config.observe("", () => expect.unreachable());
    source.set(bad);
    expect((await refused.promise).message).toMatch(message);
    expect(config.data).toEqual({ a: 1 });
    expect(config.value("b")).toBeUndefined();
  });

  test("does not keep other sources from changing, and is taken when another makes it right", async () => {
    const [first, second] = [new FakeSource({ min: 1 }, "first"), new FakeSource({ max: 2 }, "second")];
    const refused = new EventTarget();
    const ordered = z
      .object({ min: z.number(), max: z.number(), n: z.number().optional() })
      .refine(({ min, max }) => min <= max, { path: ["min"], error: "expected at most max" });
    await using config = await loadConfig({
      sources: [first, second],
      schema: ordered,
      onError: () => refused.dispatchEvent(new Event("refused")),
    });
    const isRefused = once(refused, "refused");
    first.set({ min: 5 });
    await isRefused;
    let changed = nextChange(config, "");
    second.set({ max: 2, n: 1 });
    await changed;
    expect(config.data).toEqual({ min: 1, max: 2, n: 1 });
    changed = nextChange(config, "");
    second.set({ max: 9 });
    await changed;
    expect(config.data).toEqual({ min: 5, max: 9 });
  });

  test("of many at once: readers see whole snapshots only", async () => {
    const source = new FakeSource({ a: 0, b: 0 });
    await using config = await loadConfig({ sources: [source], schema });
    const seen: unknown[] = [];
    config.observe("a", () => seen.push([config.value("a"), config.value("b"), config.data.a, config.data.b]));
    for (let n = 1; n <= 50; n++) {
      const changed = nextChange(config, "b");
      source.set({ a: n, b: n });
      await changed;
    }
    expect(seen).toEqual(Array.from({ length: 50 }, (_, i) => Array(4).fill(i + 1)));
  });
});

describe("a source", () => {
  test("that can't be loaded is named", async () => {
    const source = { name: "etcd /app", load: () => Promise.reject(new Error("no route")) };
    await expect(loadConfig({ sources: [source] })).rejects.toThrow("etcd /app: can't be loaded: no route");
  });

  test("whose watch breaks is told of, loaded and watched again", async () => {
    const source = new FakeSource({ n: 1 });
    const errors: string[] = [];
    await using config = await loadConfig({
      sources: [source],
      backoff: { initialMs: 1 },
      onError: ({ message }) => errors.push(message),
    });
    const changed = nextChange(config, "n");
    source.setSilently({ n: 2 });
    source.break(new Error("connection lost"));
    expect(await changed).toMatchObject({ value: 2 });
    expect(errors).toEqual(["fake: can't be watched: connection lost"]);
    expect(source.watches).toBe(2);
  });

  test("is no longer watched when the configuration is closed, which can still be read", async () => {
    const source = new FakeSource({ n: 1 });
    const config = await loadConfig({ sources: [source] });
    config.observe("n", () => expect.unreachable());
    expect(source.open).toBe(1);
    await config.close();
    await config.close();
    expect(source.open).toBe(0);
    source.set({ n: 2 });
    expect(config.value("n")).toBe(1);
  });

  test("that does not heed its signal keeps nobody from closing", async () => {
    const next = () => new Promise<never>(() => {});
    const source: ConfigSource = {
      name: "deaf",
      load: async () => [],
      watch: () => ({ [Symbol.asyncIterator]: () => ({ next }) }),
    };
    const config = await loadConfig({ sources: [source] });
    await config.close();
  });

  test("is not loaded further when the signal aborts", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    const source: ConfigSource = { name: "s", load: async (options) => options?.signal?.throwIfAborted() ?? [] };
    await expect(loadConfig({ sources: [source], signal })).rejects.toThrow("enough");
  });
});
