import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { ensureEtcd, startEtcd } from "../../../tools/servers/etcd.ts";
import { localhostCertificate, startNetwork } from "../../../tools/servers/network.ts";
import { gatewayOf } from "../testdata/etcd-gateway.ts";
import { etcdSource } from "./etcd-source.ts";

const program = await ensureEtcd();
const server = program === undefined ? undefined : await startEtcd(program);
afterAll(() => server?.[Symbol.asyncDispose]());

const text = (value: Uint8Array | undefined) => new TextDecoder().decode(value);

describe.skipIf(server === undefined)("with etcd", () => {
  const gateway = gatewayOf(String(server?.url));
  const hosts = [`127.0.0.1:${server?.port}`];
  beforeEach(() => gateway.clear());

  test("one key is loaded and watched alone, named by what follows its last slash", async () => {
    await gateway.put("/configs/app.yaml", "a: 1");
    await gateway.put("/configs/app.yaml.old", "a: 0");
    await using source = etcdSource({ hosts, path: "/configs/app.yaml" });
    expect(source.name).toBe("etcd /configs/app.yaml");
    expect(await source.load()).toMatchObject([{ key: "app.yaml", format: "yaml" }]);
    const lists = source.watch()[Symbol.asyncIterator]();
    const next = lists.next();
    await gateway.put("/configs/app.yaml.old", "a: -1");
    await gateway.put("/configs/app.yaml", "a: 2");
    const { value } = await next;
    expect(value.map((one: { value: Uint8Array }) => text(one.value))).toEqual(["a: 2"]);
    await gateway.delete("/configs/app.yaml");
    expect((await lists.next()).value).toEqual([]);
    await lists.return?.();
  });

  test("a prefix takes every key that begins with it, and names it by the rest", async () => {
    for (const key of ["/configs/a.json", "/configs/sub/b.yaml", "/configs/server.port/", "/configs-other/c", "/other"])
      await gateway.put(key, key);
    await using folder = etcdSource({ hosts, path: "/configs/", prefix: true });
    const found = (await folder.load()).map(({ key, format }) => [key, format]);
    expect(found).toEqual([
      ["a.json", "json"],
      ["server.port/", undefined],
      ["sub/b.yaml", "yaml"],
    ]);
    await using all = etcdSource({ hosts, path: "/configs", prefix: true });
    expect((await all.load()).map(({ key }) => key)).toContain("-other/c");
  });

  test("a format that is given is that of every key", async () => {
    await gateway.put("/configs/a", "a: 1");
    await using source = etcdSource({ hosts, path: "/configs/", prefix: true, format: "yaml" });
    expect(await source.load()).toMatchObject([{ key: "a", format: "yaml" }]);
  });

  test("a watch without a load before it yields no more than changes", async () => {
    await gateway.put("/configs/a", "1");
    await using source = etcdSource({ hosts, path: "/configs/a" });
    const lists = source.watch()[Symbol.asyncIterator]();
    const next = lists.next();
    // It has to have begun for that: a change is one against what it finds.
    let i = 1;
    const writing = setInterval(() => void gateway.put("/configs/a", `${++i}`), 20);
    expect(Number(text((await next).value[0].value))).toBeGreaterThan(1);
    clearInterval(writing);
    await lists.return?.();
  });

  test("it works over TLS with the certificate it trusts, and with no other", async () => {
    await gateway.put("/configs/a", "1");
    await using network = await startNetwork({ to: Number(server?.port), tls: true });
    const secure = { hosts: [`127.0.0.1:${network.port}`], path: "/configs/a" };
    await using source = etcdSource({ ...secure, tls: { ca: localhostCertificate } });
    expect(await source.load()).toHaveLength(1);
    await using distrustful = etcdSource({ ...secure, tls: {} });
    await expect(distrustful.load()).rejects.toThrow(/certificate/);
  });
});

test.skipIf(program === undefined)("it logs in, and again when its token has expired", async () => {
  await using etcd = await startEtcd(String(program), { flags: ["--auth-token-ttl", "1"] });
  await gatewayOf(etcd.url).put("/configs/a", "1");
  await gatewayOf(etcd.url).enableAuth("secret");
  const options = { hosts: [`127.0.0.1:${etcd.port}`], path: "/configs/a" };
  await using source = etcdSource({ ...options, auth: { username: "root", password: "secret" } });
  expect(await source.load()).toHaveLength(1);
  // A token that is not used for that long is forgotten.
  await new Promise((resolve) => setTimeout(resolve, 2500));
  expect(await source.load()).toHaveLength(1);
  await using wrong = etcdSource({ ...options, auth: { username: "root", password: "wrong" } });
  await expect(wrong.load()).rejects.toThrow(/authentication failed/);
  await expect(wrong.watch()[Symbol.asyncIterator]().next()).rejects.toThrow(/authentication failed/);
});

test.each([
  [{ path: "" }, TypeError],
  [{ path: "/a", hosts: [] }, TypeError],
  [{ path: "/a", hosts: ["ftp://host"] }, TypeError],
  [{ path: "/a", timeoutMs: 0 }, RangeError],
])("%j is refused", (options, error) => {
  expect(() => etcdSource(options)).toThrow(error);
});
