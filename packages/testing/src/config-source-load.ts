import { expect } from "vitest";
import { configSourceCase, textsOf } from "./config-source-case.ts";
import type { ConfigSourceCase } from "./config-source-contract.ts";

/** What is loaded. */
export const configLoadCases: readonly ConfigSourceCase[] = [
  configSourceCase("has a name that says where it is", async ({ source }) => {
    expect(source.name).toMatch(/\w+ \S/);
  }),
  configSourceCase("loads nothing from an empty backend", async ({ source }) => {
    expect(await source.load()).toEqual([]);
  }),
  configSourceCase("loads every key, with its extension as format", async ({ source, write }) => {
    await write({ "a.json": '{"a":1}', "b.c.yaml": "b: 2\n", "c.toml": "c = 3", plain: "text" });
    const formats = (await source.load()).map(({ key, format }) => [key, format]);
    expect(formats).toEqual([
      ["a.json", "json"],
      ["b.c.yaml", "yaml"],
      ["c.toml", "toml"],
      ["plain", undefined],
    ]);
  }),
  configSourceCase("loads values byte by byte", async ({ source, write }) => {
    const texts = { "a.json": '{"a": "ünï 日本 😀\\n"}\r\n', "blank.yaml": "", spaces: " \t " };
    await write(texts);
    expect(textsOf(await source.load())).toEqual(texts);
  }),
  configSourceCase("loads keys in their order, whatever the order they came in", async ({ source, write }) => {
    await write({ "c.json": "3" });
    await write({ "c.json": "3", "a.json": "1" });
    await write({ "c.json": "3", "a.json": "1", "b.json": "2" });
    expect((await source.load()).map(({ key }) => key)).toEqual(["a.json", "b.json", "c.json"]);
  }),
  configSourceCase("loads what is there now, each time", async ({ source, write }) => {
    const steps: Record<string, string>[] = [{ "a.json": "1" }, { "a.json": "2", "b.json": "3" }, { "b.json": "4" }];
    for (const texts of steps) {
      await write(texts);
      expect(textsOf(await source.load())).toEqual(texts);
    }
  }),
  configSourceCase("does not load when the signal has aborted", async ({ source, write }) => {
    await write({ "a.json": "1" });
    await expect(source.load({ signal: AbortSignal.abort(new Error("given up")) })).rejects.toThrow("given up");
  }),
];
