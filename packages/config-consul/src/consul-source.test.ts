import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { ensureConsul, startConsul } from "../../../tools/servers/consul.ts";
import { localhostCertificate, startNetwork } from "../../../tools/servers/network.ts";
import { keysOf } from "../testdata/consul-keys.ts";
import { consulSource } from "./consul-source.ts";

const program = await ensureConsul();
const server = program === undefined ? undefined : await startConsul(program);
afterAll(() => server?.[Symbol.asyncDispose]());

const text = (value: Uint8Array | undefined) => new TextDecoder().decode(value);

describe.skipIf(server === undefined)("with consul", () => {
  const keys = keysOf(String(server?.url));
  const address = `127.0.0.1:${server?.port}`;
  beforeEach(() => keys.clear());

  test.each(["configs", "configs/"])("the path %s takes every key below it, and names it by the rest", async (path) => {
    for (const key of [
      "configs/",
      "configs/a.json",
      "configs/sub/",
      "configs/sub/b.yaml",
      "configs-other/c",
      "configs",
    ])
      await keys.put(key, key);
    await using source = consulSource({ address, path });
    expect(source.name).toBe(`consul ${path}`);
    const found = (await source.load()).map(({ key, format, value }) => [key, format, text(value)]);
    expect(found).toEqual([
      ["a.json", "json", "configs/a.json"],
      ["sub/b.yaml", "yaml", "configs/sub/b.yaml"],
    ]);
  });

  test("a path may hold any characters", async () => {
    await keys.put(encodeURIComponent("configs/ü ?&%20/a"), "1");
    await using source = consulSource({ address, path: "configs/ü ?&%20" });
    expect(await source.load()).toMatchObject([{ key: "a" }]);
  });

  test("a format that is given is that of every key", async () => {
    await keys.put("configs/a", "a: 1");
    await using source = consulSource({ address, path: "configs", format: "yaml" });
    expect(await source.load()).toMatchObject([{ key: "a", format: "yaml" }]);
  });

  test("a watch without a load before it yields no more than changes", async () => {
    await keys.put("configs/a", "1");
    await using source = consulSource({ address, path: "configs" });
    const lists = source.watch()[Symbol.asyncIterator]();
    const next = lists.next();
    // It has to have begun for that: a change is one against what it finds.
    let i = 1;
    const writing = setInterval(() => void keys.put("configs/a", `${++i}`), 20);
    expect(Number(text((await next).value[0].value))).toBeGreaterThan(1);
    clearInterval(writing);
    await lists.return?.();
  });

  test("it works over TLS with the certificate it trusts, and with no other", async () => {
    await keys.put("configs/a", "1");
    await using network = await startNetwork({ to: Number(server?.port), tls: true });
    const secure = { address: `127.0.0.1:${network.port}`, path: "configs" };
    await using source = consulSource({ ...secure, tls: { ca: localhostCertificate } });
    expect(await source.load()).toHaveLength(1);
    await using distrustful = consulSource({ ...secure, tls: {} });
    await expect(distrustful.load()).rejects.toThrow(/certificate/);
  });
});

test.skipIf(program === undefined)("it shows its token, a new one when the old one has expired", async () => {
  const acl = 'acl { enabled = true default_policy = "deny" tokens { initial_management = "root" } }';
  await using consul = await startConsul(String(program), { flags: ["-hcl", acl] });
  const options = { address: `127.0.0.1:${consul.port}`, path: "configs" };
  let token = "expired";
  await using source = consulSource({ ...options, token: () => token });
  await expect(source.load()).rejects.toThrow(/403/);
  await expect(source.watch()[Symbol.asyncIterator]().next()).rejects.toThrow(/403/);
  token = "root";
  await expect.poll(() => source.load().catch(String), { timeout: 5000 }).toEqual([]);
});

test.each([
  [{ path: "" }, TypeError],
  [{ path: "/configs" }, TypeError],
  [{ path: "a", address: "ftp://host" }, TypeError],
  [{ path: "a", timeoutMs: 0 }, RangeError],
])("%j is refused", (options, error) => {
  expect(() => consulSource(options)).toThrow(error);
});
