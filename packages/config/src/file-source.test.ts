import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ConfigChange } from "./config.ts";
import { type FileSourceOptions, fileSource } from "./file-source.ts";
import { loadConfig } from "./load-config.ts";

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), "kratos-config-"));
  return {
    file: (name: string) => join(path, name),
    write: (name: string, value: unknown) => writeFile(join(path, name), JSON.stringify(value)),
    path,
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}

async function follow(path: string, options: Partial<FileSourceOptions> = {}) {
  const source = fileSource({ path, settleMs: 10, ...options });
  const config = await loadConfig({ sources: [source], backoff: { initialMs: 5 } });
  const changes = config.watch("n")[Symbol.asyncIterator]();
  return {
    config,
    next: async () => ((await changes.next()).value as ConfigChange).value,
    [Symbol.asyncDispose]: () => config.close(),
  };
}

describe("a file", () => {
  test("that is written in place", async () => {
    await using folder = await temporaryFolder();
    await folder.write("a.json", { n: 1 });
    await using followed = await follow(folder.file("a.json"));
    for (const n of [2, 3]) {
      await folder.write("a.json", { n });
      expect(await followed.next()).toBe(n);
    }
  });

  test("that an editor replaces by renaming, again and again", async () => {
    await using folder = await temporaryFolder();
    await folder.write("a.json", { n: 1 });
    await using followed = await follow(folder.file("a.json"));
    for (const n of [2, 3, 4]) {
      await folder.write("a.json~", { n });
      await rename(folder.file("a.json~"), folder.file("a.json"));
      expect(await followed.next()).toBe(n);
    }
  });

  test("that is deleted keeps what it held, until it is there again", async () => {
    await using folder = await temporaryFolder();
    await folder.write("a.json", { n: 1 });
    await using followed = await follow(folder.file("a.json"));
    for (const n of [2, 3]) {
      await rm(folder.file("a.json"));
      expect(followed.config.value("n")).toBe(n - 1);
      await folder.write("a.json", { n });
      expect(await followed.next()).toBe(n);
    }
  });

  test("whose folder is deleted and made again", async () => {
    await using folder = await temporaryFolder();
    await mkdir(folder.file("sub"));
    await folder.write("sub/a.json", { n: 1 });
    await using followed = await follow(folder.file("sub/a.json"), { pollMs: 20 });
    for (const n of [2, 3]) {
      await rm(folder.file("sub"), { recursive: true });
      await mkdir(folder.file("sub"));
      await folder.write("sub/a.json", { n });
      expect(await followed.next()).toBe(n);
    }
  });

  test("that turns bad keeps the last good content, and goes on when it is right again", async () => {
    await using folder = await temporaryFolder();
    await folder.write("a.json", { n: 1 });
    await using followed = await follow(folder.file("a.json"));
    const { promise, resolve } = Promise.withResolvers<Error>();
    followed.config.observeErrors(resolve);
    await writeFile(folder.file("a.json"), '{"n": 2');
    expect((await promise).message).toContain(`file ${folder.file("a.json")}, key "a.json": can't be read as json`);
    expect(followed.config.value("n")).toBe(1);
    await folder.write("a.json", { n: 3 });
    expect(await followed.next()).toBe(3);
  });

  test("that is emptied before it is written is never seen empty, unless it stays so", async () => {
    await using folder = await temporaryFolder();
    await folder.write("a.json", { n: 1 });
    await using followed = await follow(folder.file("a.json"));
    const seen: unknown[] = [];
    followed.config.observe("n", ({ value }) => seen.push(value));
    await writeFile(folder.file("a.json"), "");
    // Longer than the files need to be at rest.
    await new Promise((resolve) => setTimeout(resolve, 100));
    await folder.write("a.json", { n: 2 });
    expect(await followed.next()).toBe(2);
    await writeFile(folder.file("a.json"), "");
    expect(await followed.next()).toBeUndefined();
    expect(seen).toEqual([2, undefined]);
  });

  test("may be of a given format, or of none", async () => {
    await using folder = await temporaryFolder();
    await writeFile(folder.file("settings"), "n: 1");
    const load = (format?: string) => loadConfig({ sources: [fileSource({ path: folder.file("settings"), format })] });
    await using decoded = await load("yaml");
    await using plain = await load();
    expect([decoded.data, plain.data]).toEqual([{ n: 1 }, { settings: "n: 1" }]);
  });

  test("that is missing or too large is refused when it is loaded", async () => {
    await using folder = await temporaryFolder();
    await writeFile(folder.file("large.json"), " ".repeat(101));
    const load = (name: string) => loadConfig({ sources: [fileSource({ path: folder.file(name), maxBytes: 100 })] });
    await expect(load("none.json")).rejects.toThrow(/^file .*none\.json: can't be loaded: ENOENT/);
    await expect(load("large.json")).rejects.toThrow("has 101 bytes, at most 100 are read; maxBytes sets the limit");
  });
});

describe("a folder", () => {
  test("whose files come, change and go", async () => {
    await using folder = await temporaryFolder();
    await folder.write("a.json", { n: 1 });
    await using followed = await follow(folder.path);
    await folder.write("b.json", { n: 2 });
    expect(await followed.next()).toBe(2);
    await rm(folder.file("b.json"));
    expect(await followed.next()).toBe(1);
    await writeFile(folder.file(".c.json"), "not even JSON");
    await folder.write("c.json", { n: 3 });
    expect(await followed.next()).toBe(3);
  });

  // The files are links to ..data/<name>, ..data is a link to a folder, and an update renames a new link over it.
  const swap = async (folder: { file(name: string): string }, version: string, n: number) => {
    await mkdir(folder.file(`..${version}`));
    await writeFile(join(folder.file(`..${version}`), "a.json"), JSON.stringify({ n }));
    await symlink(`..${version}`, folder.file("..data_tmp"));
    await rename(folder.file("..data_tmp"), folder.file("..data"));
  };

  test.each([
    ["its folder", ""],
    ["one of its files", "a.json"],
  ])("of a Kubernetes ConfigMap, followed by %s", async (_, name) => {
    await using folder = await temporaryFolder();
    await swap(folder, "v1", 1);
    await symlink("..data/a.json", folder.file("a.json"));
    await using followed = await follow(folder.file(name));
    expect(followed.config.data).toEqual({ n: 1 });
    for (const n of [2, 3]) {
      await swap(folder, `v${n}`, n);
      await rm(folder.file(`..v${n - 1}`), { recursive: true });
      expect(await followed.next()).toBe(n);
    }
  });
});

test("a folder that is swapped while it is read is read as it was at one moment", async () => {
  await using folder = await temporaryFolder();
  const names = Array.from({ length: 10 }, (_, i) => `part${i}.json`);
  const swap = async (n: number) => {
    await mkdir(folder.file(`..v${n}`));
    for (const name of names) await writeFile(join(folder.file(`..v${n}`), name), JSON.stringify({ n }));
    await symlink(`..v${n}`, folder.file("..data_tmp"));
    await rename(folder.file("..data_tmp"), folder.file("..data"));
    await rm(folder.file(`..v${n - 1}`), { recursive: true, force: true });
  };
  await swap(1);
  for (const name of names) await symlink(`..data/${name}`, folder.file(name));
  const source = fileSource({ path: folder.path });
  const loads: number[] = [];
  for (let n = 2; n <= 40; n++) {
    const [files] = await Promise.all([source.load(), swap(n)]);
    loads.push(new Set(files.map(({ value }) => String(value))).size);
  }
  expect(new Set(loads)).toEqual(new Set([1]));
});

test("closing ends the watch, with no timer or watcher left", async () => {
  await using folder = await temporaryFolder();
  await folder.write("a.json", { n: 1 });
  const source = fileSource({ path: folder.path, settleMs: 10 });
  const before = process.getActiveResourcesInfo().length;
  const watched = Promise.withResolvers<void>();
  const config = await loadConfig({ sources: [source] });
  config.observe("n", () => watched.resolve());
  await folder.write("a.json", { n: 2 });
  await watched.promise;
  await config.close();
  expect(process.getActiveResourcesInfo().length).toBeLessThanOrEqual(before);
});

test.each([{ maxBytes: 0 }, { settleMs: -1 }, { pollMs: Number.NaN }])("%j is refused", (options) => {
  expect(() => fileSource({ path: ".", ...options })).toThrow(RangeError);
});
