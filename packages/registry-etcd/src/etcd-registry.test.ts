import { spawn } from "node:child_process";
import { once } from "node:events";
import { type LogFields, noopLogger, type ServiceInstance } from "@kratos-ts/core";
import { afterAll, describe, expect, test } from "vitest";
import { ensureEtcd, startEtcd, startEtcdCluster } from "../../../tools/servers/etcd.ts";
import { localhostCertificate, startNetwork } from "../../../tools/servers/network.ts";
import { gatewayOf } from "../testdata/etcd-gateway.ts";
import { EtcdClient } from "./etcd/etcd-client.ts";
import { etcdSettings } from "./etcd/etcd-options.ts";
import { followRange, prefixRange } from "./etcd/follow-range.ts";
import { createEtcdRegistry } from "./etcd-registry.ts";

const program = await ensureEtcd();
const server = program === undefined ? undefined : await startEtcd(program);
afterAll(() => server?.[Symbol.asyncDispose]());

const instance = (id: string, name: string): ServiceInstance => {
  return { id, name, version: "v1", metadata: {}, endpoints: ["grpc://127.0.0.1:9000"] };
};

async function until(lists: AsyncIterator<readonly ServiceInstance[]>, ...ids: string[]): Promise<void> {
  for (;;) {
    const { value, done } = await lists.next();
    if (done) throw new Error("the watch ended");
    if (value.map(({ id }: ServiceInstance) => id).join() === ids.join()) return;
  }
}

describe.skipIf(server === undefined)("with etcd", () => {
  const hosts = [`127.0.0.1:${server?.port}`];
  const gateway = gatewayOf(String(server?.url));

  test("an instance whose lease was lost is registered again", async () => {
    const warnings: (LogFields | undefined)[] = [];
    const logger = { ...noopLogger, warn: (_: string, fields?: LogFields) => void warnings.push(fields) };
    await using registry = createEtcdRegistry({ hosts, ttlMs: 2000, logger });
    await registry.register(instance("1", "lost"));
    const lists = registry.watch("lost")[Symbol.asyncIterator]();
    await until(lists, "1");
    await gateway.revokeAll();
    await until(lists);
    await until(lists, "1");
    expect(warnings).toEqual([{ registry: "etcd", service: "lost", id: "1" }]);
    await lists.return?.();
  });

  test("a service's namespace is its own", async () => {
    await using ours = createEtcdRegistry({ hosts, namespace: "/ours/" });
    await using theirs = createEtcdRegistry({ hosts, namespace: "/theirs" });
    await ours.register(instance("1", "shop"));
    expect(await theirs.getService("shop")).toEqual([]);
    expect((await gateway.keys()).map(({ key }) => key)).toContain("/ours/shop/1");
  });

  test("values of others harm nobody", async () => {
    await using registry = createEtcdRegistry({ hosts });
    await registry.register(instance("1", "odd"));
    const values = ["", "no JSON", "null", "[]", '{"id":1,"name":"odd"}', '{"name":"odd"}'];
    for (const [i, value] of values.entries()) await gateway.put(`/microservices/odd/x${i}`, value);
    for (const [i, odd] of [
      '"endpoints":"grpc://h:1"',
      '"metadata":"text"',
      '"metadata":["text"]',
      '"metadata":{"a":1}',
    ].entries())
      await gateway.put(`/microservices/odd/y${i}`, `{"id":"y","name":"odd",${odd}}`);
    expect(await registry.getService("odd")).toEqual([instance("1", "odd")]);
  });

  test("an instance belongs to the process that registered its id last", async () => {
    await using first = createEtcdRegistry({ hosts });
    await using second = createEtcdRegistry({ hosts });
    await first.register(instance("1", "twice"));
    await second.register({ ...instance("1", "twice"), version: "v2" });
    await first.deregister(instance("1", "twice"));
    expect(await second.getService("twice")).toMatchObject([{ version: "v2" }]);
  });

  test("a watch that begins at a compacted revision ends with that reason, to be followed anew", async () => {
    const client = new EtcdClient(etcdSettings({ hosts }));
    const lists = followRange(client, prefixRange("/compacted/"), new AbortController().signal);
    expect((await lists.next()).value).toEqual([]);
    for (const value of ["1", "2", "3"]) await gateway.put("/compacted/key", value);
    await gateway.compact();
    await expect(lists.next()).rejects.toThrow(/compacted/);
    client.close();
  });

  test("it works over TLS with the certificate it trusts, and with no other", async () => {
    await using network = await startNetwork({ to: Number(server?.port), tls: true });
    const secure = [`127.0.0.1:${network.port}`];
    await using registry = createEtcdRegistry({ hosts: secure, tls: { ca: localhostCertificate } });
    await registry.register(instance("1", "secure"));
    expect(await registry.getService("secure")).toEqual([instance("1", "secure")]);
    await using distrustful = createEtcdRegistry({ hosts: secure, tls: {} });
    await expect(distrustful.getService("secure")).rejects.toThrow(/certificate/);
  });

  test("hosts that are away are passed over", async () => {
    await using registry = createEtcdRegistry({ hosts: ["127.0.0.1:1", "127.0.0.1:2", ...hosts] });
    await registry.register(instance("1", "hosts"));
    expect(await registry.getService("hosts")).toHaveLength(1);
  });

  test("what is being deregistered when it is closed is deregistered", async () => {
    const registry = createEtcdRegistry({ hosts });
    await using other = createEtcdRegistry({ hosts });
    await registry.register(instance("1", "both"));
    const deregistered = registry.deregister(instance("1", "both"));
    await registry.close();
    await deregistered;
    expect(await other.getService("both")).toEqual([]);
  });

  test("a process that was killed is gone after its time to live", async () => {
    await using registry = createEtcdRegistry({ hosts });
    const lists = registry.watch("killed")[Symbol.asyncIterator]();
    await until(lists);
    const child = spawnWith(`
      const registry = createEtcdRegistry(${JSON.stringify({ hosts, ttlMs: 2000 })});
      await registry.register(${JSON.stringify(instance("1", "killed"))});
      setInterval(() => {}, 1000);
    `);
    await until(lists, "1");
    child.kill("SIGKILL");
    await until(lists);
    await lists.return?.();
  });

  test("it keeps no process alive, though an instance is registered and a service watched", async () => {
    const child = spawnWith(`
      const registry = createEtcdRegistry(${JSON.stringify({ hosts })});
      await registry.register(${JSON.stringify(instance("1", "exit"))});
      const lists = registry.watch("exit")[Symbol.asyncIterator]();
      await lists.next();
      lists.next();
      console.log("watching");
    `);
    await once(child.stdout, "data");
    const start = performance.now();
    expect((await once(child, "exit"))[0]).toBe(0);
    expect(performance.now() - start).toBeLessThan(2000);
  });

  test("it keeps no process alive once it is closed, though it has renewed a lease", async () => {
    const child = spawnWith(`
      const registry = createEtcdRegistry(${JSON.stringify({ hosts, ttlMs: 1000, timeoutMs: 30_000 })});
      await registry.register(${JSON.stringify(instance("1", "renewed"))});
      await new Promise((resolve) => setTimeout(resolve, 1500));
      await registry.close();
      console.log("closed");
    `);
    await once(child.stdout, "data");
    const start = performance.now();
    expect((await once(child, "exit"))[0]).toBe(0);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

function spawnWith(script: string) {
  const source = new URL("./index.ts", import.meta.url).href;
  const whole = `const { createEtcdRegistry } = await import(${JSON.stringify(source)});${script}`;
  return spawn(process.execPath, ["--input-type=module", "-e", whole], { stdio: ["ignore", "pipe", "inherit"] });
}

describe.skipIf(program === undefined)("with a login", () => {
  const auth = { username: "root", password: "secret" };

  test("it logs in, and again when its token has expired", async () => {
    await using etcd = await startEtcd(String(program), { flags: ["--auth-token-ttl", "1"] });
    await gatewayOf(etcd.url).enableAuth(auth.password);
    const hosts = [`127.0.0.1:${etcd.port}`];
    await using registry = createEtcdRegistry({ hosts, auth, ttlMs: 10_000 });
    await registry.register(instance("1", "login"));
    const lists = registry.watch("login")[Symbol.asyncIterator]();
    await until(lists, "1");
    // A token that is not used for that long is forgotten.
    await new Promise((resolve) => setTimeout(resolve, 2500));
    await registry.register(instance("2", "login"));
    await until(lists, "1", "2");
    await etcd.restart();
    // Tokens do not outlive the server.
    await expect
      .poll(() => registry.getService("login").then((list) => list.length, String), { timeout: 5000 })
      .toBe(2);
    await registry.deregister(instance("1", "login"));
    await until(lists, "2");
    await lists.return?.();
  });

  test("a login that is not answered is given up with the signal", async () => {
    await using etcd = await startEtcd(String(program));
    await using registry = createEtcdRegistry({ hosts: [`127.0.0.1:${etcd.port}`], auth, timeoutMs: 1000 });
    etcd.pause();
    const abort = new AbortController();
    const found = registry.getService("login", { signal: abort.signal });
    abort.abort(new Error("given up"));
    const start = performance.now();
    await expect(found).rejects.toThrow("given up");
    expect(performance.now() - start).toBeLessThan(500);
  });

  test("a wrong password, or none, is an error that says so", async () => {
    await using etcd = await startEtcd(String(program));
    const hosts = [`127.0.0.1:${etcd.port}`];
    await using early = createEtcdRegistry({ hosts, auth });
    expect(await early.getService("login")).toEqual([]);
    await gatewayOf(etcd.url).enableAuth(auth.password);
    await using wrong = createEtcdRegistry({ hosts, auth: { ...auth, password: "wrong" } });
    await expect(wrong.register(instance("1", "login"))).rejects.toThrow(/authentication failed/);
    await expect(wrong.watch("login")[Symbol.asyncIterator]().next()).rejects.toThrow(/authentication failed/);
    await using none = createEtcdRegistry({ hosts });
    await expect(none.getService("login")).rejects.toThrow(/user name is empty/);
    // One that logged in before anybody had to, does so now.
    expect(await early.getService("login")).toEqual([]);
  });
});

test.skipIf(program === undefined)(
  "a cluster may lose any member, its leader too",
  async () => {
    const nodes = await startEtcdCluster(String(program));
    try {
      const hosts = nodes.map(({ port }) => `127.0.0.1:${port}`);
      await using registry = createEtcdRegistry({ hosts, ttlMs: 3000, timeoutMs: 1000 });
      await registry.register(instance("1", "cluster"));
      const lists = registry.watch("cluster")[Symbol.asyncIterator]();
      await until(lists, "1");
      for (const [i, node] of nodes.entries()) {
        await node.kill();
        const change = () =>
          registry.register({ ...instance("1", "cluster"), version: `v-${i}` }).then(() => "done", String);
        await expect.poll(change, { timeout: 8000 }).toBe("done");
        for (let version = ""; version !== `v-${i}`; ) version = (await lists.next()).value?.[0]?.version;
        await node.restart();
      }
      await lists.return?.();
    } finally {
      for (const node of nodes) await node[Symbol.asyncDispose]();
    }
  },
  40_000,
);

test.each([
  [{ hosts: [] }, TypeError],
  [{ hosts: ["ftp://host"] }, TypeError],
  [{ hosts: ["http://host/path"] }, TypeError],
  [{ hosts: ["host:port"] }, TypeError],
  [{ hosts: ["http://host"], tls: {} }, TypeError],
  [{ ttlMs: 0 }, RangeError],
  [{ timeoutMs: Number.NaN }, RangeError],
])("%j is refused", (options, error) => {
  expect(() => createEtcdRegistry(options)).toThrow(error);
});
