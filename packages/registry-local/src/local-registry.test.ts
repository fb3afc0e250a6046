import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ServiceInstance } from "@kratos-ts/core";
import { describe, expect, test } from "vitest";
import { createLocalRegistry, type LocalRegistryOptions } from "./local-registry.ts";

const instance = (id: string, name = "shop"): ServiceInstance => {
  return { id, name, version: "v1", metadata: {}, endpoints: ["grpc://127.0.0.1:9000"] };
};

async function scene(options: LocalRegistryOptions = {}) {
  const folder = await mkdtemp(join(tmpdir(), "kratos-registry-test-"));
  const registry = createLocalRegistry({ folder, ttlMs: 300, pollMs: 50, ...options });
  const children: ChildProcess[] = [];
  return {
    folder,
    registry,
    ids: async () => (await registry.getService("shop")).map(({ id }) => id),
    /** A process that registers an instance. */
    async spawn(id: string, ttlMs: number) {
      const program = fileURLToPath(new URL("../testdata/registrant.ts", import.meta.url));
      const args = [program, folder, "shop", id, String(ttlMs)];
      const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
      children.push(child);
      const exited = once(child, "exit");
      await once(child.stdout, "data");
      return { child, exited };
    },
    async [Symbol.asyncDispose]() {
      for (const child of children) child.kill("SIGKILL");
      await registry.close();
      await rm(folder, { recursive: true, maxRetries: 10 });
    },
  };
}

async function until(lists: AsyncIterator<readonly ServiceInstance[]>, ...ids: string[]): Promise<void> {
  for (;;) {
    const { value, done } = await lists.next();
    if (done) throw new Error("the watch ended");
    if (value.map(({ id }: ServiceInstance) => id).join() === ids.join()) return;
  }
}

describe("a process", () => {
  test("that is killed is gone at once, though it deregistered nothing", async () => {
    await using shop = await scene();
    const lists = shop.registry.watch("shop")[Symbol.asyncIterator]();
    const { child, exited } = await shop.spawn("child", 60_000);
    await until(lists, "child");
    child.kill("SIGKILL");
    await exited;
    const start = performance.now();
    await until(lists);
    expect(performance.now() - start).toBeLessThan(1000);
    await lists.return?.();
  });

  test("that hangs is gone after its time to live, and back when it goes on", async () => {
    await using shop = await scene();
    const lists = shop.registry.watch("shop")[Symbol.asyncIterator]();
    const { child } = await shop.spawn("child", 300);
    await until(lists, "child");
    child.kill("SIGSTOP");
    await until(lists);
    child.kill("SIGCONT");
    await until(lists, "child");
    await lists.return?.();
  });

  test("that was started again with the same id is there, whatever became of the one before", async () => {
    await using shop = await scene();
    const first = await shop.spawn("child", 300);
    first.child.kill("SIGKILL");
    await first.exited;
    await shop.spawn("child", 300);
    expect(await shop.ids()).toEqual(["child"]);
  });
});

describe("a registered instance", () => {
  test("is written again when its file or the whole folder is lost", async () => {
    await using shop = await scene();
    await shop.registry.register(instance("1"));
    const lists = shop.registry.watch("shop")[Symbol.asyncIterator]();
    await until(lists, "1");
    for (const lost of [join(shop.folder, "shop"), shop.folder]) {
      await rm(lost, { recursive: true, maxRetries: 10 });
      await expect.poll(shop.ids, { timeout: 5000 }).toEqual(["1"]);
      // The watch has been made anew as well.
      await shop.registry.register(instance("2"));
      await until(lists, "1", "2");
      await shop.registry.deregister(instance("2"));
      await until(lists, "1");
    }
    await lists.return?.();
  });

  test("lives as long as its own registry says, whatever a reader would grant", async () => {
    await using shop = await scene({ ttlMs: 300 });
    await using patient = createLocalRegistry({ folder: shop.folder, ttlMs: 60_000 });
    await patient.register(instance("1"));
    const tenSecondsAgo = Date.now() / 1000 - 10;
    await utimes(join(shop.folder, "shop", "1.json"), tenSecondsAgo, tenSecondsAgo);
    expect(await shop.ids()).toEqual(["1"]);
  });

  test("belongs to the process that registered its id last", async () => {
    await using shop = await scene();
    await using other = createLocalRegistry({ folder: shop.folder, ttlMs: 300 });
    await shop.registry.register(instance("1"));
    await other.register({ ...instance("1"), version: "v2" });
    await shop.registry.deregister(instance("1"));
    expect(await shop.registry.getService("shop")).toMatchObject([{ version: "v2" }]);
    await other.deregister(instance("1"));
    expect(await shop.ids()).toEqual([]);
  });
});

test("an instance that is registered again and again is always found as it is now", async () => {
  await using shop = await scene();
  const lists = shop.registry.watch("shop")[Symbol.asyncIterator]();
  // File systems use the numbers of deleted files again.
  for (let i = 0; i < 50; i++) {
    await shop.registry.register({ ...instance("1"), version: `v${i}` });
    let version: string | undefined;
    while (version !== `v${i}`) version = (await lists.next()).value?.[0]?.version;
  }
  await lists.return?.();
});

test("files of others, and of instances long gone, harm nobody", async () => {
  await using shop = await scene();
  const folder = join(shop.folder, "shop");
  await mkdir(folder);
  const files = {
    "text.json": "no JSON",
    "list.json": "[]",
    "half.json": '{"id": "1"',
    "other.txt": "",
    ".hidden.json": "",
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const old = { ...instance("old"), pid: process.pid, host: "elsewhere", ttlMs: 60_000 };
  await writeFile(join(folder, "old.json"), JSON.stringify(old));
  await shop.registry.register(instance("1"));
  expect(await shop.ids()).toEqual(["1", "old"]);
  await utimes(join(folder, "old.json"), 0, 0);
  expect(await shop.ids()).toEqual(["1"]);
  expect(await readdir(folder)).not.toContain("old.json");
});

test("names and ids of any length and content are files", async () => {
  await using shop = await scene();
  const names = ["..", ".hidden", "a".repeat(5000), "../../up", "CON", "x\u0000y"];
  for (const name of names) {
    await shop.registry.register(instance(name, name));
    expect(await shop.registry.getService(name)).toEqual([instance(name, name)]);
  }
  expect(await readdir(shop.folder)).toHaveLength(names.length);
});

test("a folder that can't be written to is an error that names it", async () => {
  await using shop = await scene();
  await writeFile(join(shop.folder, "file"), "");
  await using registry = createLocalRegistry({ folder: join(shop.folder, "file") });
  await expect(registry.register(instance("1"))).rejects.toThrow(join(shop.folder, "file"));
  await expect(registry.watch("shop")[Symbol.asyncIterator]().next()).rejects.toThrow(join(shop.folder, "file"));
});

test("without a folder there is one for the user", async () => {
  await using registry = createLocalRegistry();
  const name = `test-${process.pid}-${Date.now()}`;
  await registry.register(instance("1", name));
  await using other = createLocalRegistry();
  expect(await other.getService(name)).toEqual([instance("1", name)]);
});

test.each([{ ttlMs: 0 }, { pollMs: -1 }, { ttlMs: Number.NaN }, { pollMs: 2 ** 31 }])("%j is refused", (options) => {
  expect(() => createLocalRegistry(options)).toThrow(RangeError);
});
