import { expect } from "vitest";
import { ConfigReader, configSourceCase } from "./config-source-case.ts";
import type { ConfigSourceCase } from "./config-source-contract.ts";
import { expectNothingLeft, lastingResources } from "./open-resources.ts";

/** What watchers see, and when. */
export const configWatchCases: readonly ConfigSourceCase[] = [
  configSourceCase("keys that come, change and go are seen within a second", async ({ source, write }) => {
    await write({ "a.json": "1" });
    await source.load();
    await using reader = new ConfigReader(source);
    const steps: Record<string, string>[] = [
      { "a.json": "2" },
      { "a.json": "2", "b.json": "1" },
      { "b.json": "1" },
      { "c.json": "1" },
    ];
    for (const texts of steps) {
      await write(texts);
      await reader.until(texts);
    }
  }),
  configSourceCase("each list has all keys with their formats", async ({ source, write }) => {
    await write({ "a.json": "1", "b.yaml": "2", plain: "3" });
    await source.load();
    await using reader = new ConfigReader(source);
    await write({ "a.json": "1", "b.yaml": "4", plain: "3" });
    const list = await reader.until({ "a.json": "1", "b.yaml": "4", plain: "3" });
    expect(list.map(({ key, format }) => [key, format])).toEqual([
      ["a.json", "json"],
      ["b.yaml", "yaml"],
      ["plain", undefined],
    ]);
  }),
  configSourceCase("a change between loading and watching is seen", async ({ source, write }) => {
    await write({ "a.json": "1" });
    await source.load();
    await write({ "a.json": "2" });
    await using reader = new ConfigReader(source);
    await reader.until({ "a.json": "2" });
  }),
  configSourceCase("a burst of changes ends with the newest", async ({ source, write }) => {
    await write({ "a.json": "0" });
    await source.load();
    await using reader = new ConfigReader(source);
    for (let i = 1; i <= 20; i++) await write({ "a.json": `${i}` });
    await reader.until({ "a.json": "20" });
  }),
  configSourceCase("a reader that was away gets the newest", async ({ source, write }) => {
    await write({ "a.json": "0" });
    await source.load();
    await using reader = new ConfigReader(source);
    await using other = new ConfigReader(source);
    await write({ "a.json": "1" });
    await Promise.all([reader.until({ "a.json": "1" }), other.until({ "a.json": "1" })]);
    for (let i = 2; i < 10; i++) {
      await write({ "a.json": `${i}` });
      await other.until({ "a.json": `${i}` });
    }
    // Two lists may have been on their way to the reader.
    const seen: unknown[] = [];
    while (seen.length < 3 && seen.at(-1) !== "9") seen.push(new TextDecoder().decode((await reader.next())[0]?.value));
    expect(seen.at(-1)).toBe("9");
  }),
  configSourceCase("many watchers see the same", async ({ source, write }) => {
    await write({ "a.json": "0" });
    await source.load();
    const readers = Array.from({ length: 10 }, () => new ConfigReader(source));
    try {
      await write({ "a.json": "1" });
      await Promise.all(readers.map((reader) => reader.until({ "a.json": "1" })));
    } finally {
      await Promise.all(readers.map((reader) => reader[Symbol.asyncDispose]()));
    }
  }),
  configSourceCase("a watch ends with its signal", async ({ source, write }) => {
    await write({ "a.json": "0" });
    await source.load();
    const reader = new ConfigReader(source);
    await write({ "a.json": "1" });
    await reader.until({ "a.json": "1" });
    await Promise.all([reader.ended(), reader.end()]);
  }),
  configSourceCase("a watch whose signal has aborted yields nothing", async ({ source, write }) => {
    await write({ "a.json": "0" });
    const watch = source.watch?.({ signal: AbortSignal.abort() });
    expect((await watch?.[Symbol.asyncIterator]().next())?.done).toBe(true);
  }),
  configSourceCase("a reader may stop, and watch again", async ({ source, write }) => {
    await write({ "a.json": "0" });
    await source.load();
    for (let i = 1; i <= 3; i++) {
      await using reader = new ConfigReader(source);
      await write({ "a.json": `${i}` });
      await reader.until({ "a.json": `${i}` });
    }
  }),
  configSourceCase("no timer and no socket is left", async ({ source, write }) => {
    await write({ "a.json": "0" });
    await source.load();
    const before = await lastingResources();
    const reader = new ConfigReader(source);
    await write({ "a.json": "1" });
    await reader.until({ "a.json": "1" });
    await reader.end();
    await expectNothingLeft(before);
  }),
];
