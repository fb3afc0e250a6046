import { spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { type LogFields, noopLogger, type ServiceInstance } from "@kratos-ts/core";
import { afterAll, describe, expect, test } from "vitest";
import { ensureConsul, startConsul } from "../../../tools/servers/consul.ts";
import { localhostCertificate, startNetwork } from "../../../tools/servers/network.ts";
import { createConsulRegistry } from "./consul-registry.ts";

const program = await ensureConsul();
const server = program === undefined ? undefined : await startConsul(program);
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

describe.skipIf(server === undefined)("with consul", () => {
  const address = `127.0.0.1:${server?.port}`;
  const options = { address, healthCheck: false };
  const api = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${server?.url}/v1/${path}`, { method, ...(body && { body: JSON.stringify(body) }) });
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
    return method === "GET" ? response.json() : undefined;
  };

  test("a service lies in the agent as Go Kratos puts it there", async () => {
    await using registry = createConsulRegistry({ address });
    const endpoints = ["http://10.0.0.1:8000", "grpc://[::1]:9000", "https://host.example"];
    await registry.register({ ...instance("go-1", "go"), metadata: { zone: "a" }, endpoints });
    expect(await api("GET", "agent/service/go-1")).toMatchObject({
      ID: "go-1",
      Service: "go",
      Tags: ["version=v1"],
      Meta: { zone: "a" },
      Address: "10.0.0.1",
      Port: 8000,
      TaggedAddresses: {
        http: { Address: "http://10.0.0.1:8000", Port: 8000 },
        grpc: { Address: "grpc://[::1]:9000", Port: 9000 },
        https: { Address: "https://host.example", Port: 443 },
      },
    });
    const checks = Object.values<Record<string, string>>(await api("GET", "agent/checks")).filter(
      ({ ServiceID }) => ServiceID === "go-1",
    );
    expect(checks.map(({ CheckID, Type }) => [CheckID, Type]).sort()).toEqual([
      ["service:go-1", "ttl"],
      ["service:go-1:1", "tcp"],
      ["service:go-1:2", "tcp"],
      ["service:go-1:3", "tcp"],
    ]);
  });

  test("several endpoints of one scheme are all kept", async () => {
    await using registry = createConsulRegistry(options);
    const endpoints = ["grpc://127.0.0.1:9000", "grpc://127.0.0.1:9001", "http://127.0.0.1:80"];
    await registry.register({ ...instance("many-1", "many"), endpoints });
    expect(await registry.getService("many")).toMatchObject([{ endpoints }]);
  });

  test("services that others registered are read as Go Kratos reads them", async () => {
    await using registry = createConsulRegistry(options);
    const Tags = ["a", "version=v1", "version=v2=x"];
    const TaggedAddresses = { lan_ipv4: { Address: "10.0.0.1", Port: 1 }, wan_ipv6: { Address: "::1", Port: 1 } };
    await api("PUT", "agent/service/register", {
      ID: "o-1",
      Name: "o",
      Address: "10.0.0.1",
      Port: 80,
      Tags,
      TaggedAddresses,
    });
    await api("PUT", "agent/service/register", { ID: "o-2", Name: "o", Address: "::1", Port: 80 });
    await api("PUT", "agent/service/register", { ID: "o-3", Name: "o" });
    expect(await registry.getService("o")).toEqual([
      { id: "o-1", name: "o", version: "v2=x", metadata: {}, endpoints: ["http://10.0.0.1:80"] },
      { id: "o-2", name: "o", version: "", metadata: {}, endpoints: ["http://[::1]:80"] },
      { id: "o-3", name: "o", version: "", metadata: {}, endpoints: [] },
    ]);
  });

  test.each([true, false])("an instance that was lost is registered again, with heartbeat %s", async (heartbeat) => {
    const service = `lost-${heartbeat}`;
    const warnings: (LogFields | undefined)[] = [];
    const logger = { ...noopLogger, warn: (_: string, fields?: LogFields) => void warnings.push(fields) };
    await using registry = createConsulRegistry({ ...options, heartbeat, ttlMs: 2000, logger });
    await registry.register(instance(`${service}-1`, service));
    const lists = registry.watch(service)[Symbol.asyncIterator]();
    await until(lists, `${service}-1`);
    await api("PUT", `agent/service/deregister/${service}-1`);
    await until(lists);
    await until(lists, `${service}-1`);
    expect(warnings).toEqual([{ registry: "consul", service, id: `${service}-1` }]);
    await lists.return?.();
  });

  test("with health checks, an instance that no longer listens is gone", async () => {
    const listener = createServer().listen(0, "127.0.0.1");
    await once(listener, "listening");
    const endpoints = [`grpc://127.0.0.1:${(listener.address() as AddressInfo).port}`];
    await using registry = createConsulRegistry({ address, healthCheckIntervalMs: 1000 });
    await registry.register({ ...instance("checked-1", "checked"), endpoints });
    const lists = registry.watch("checked")[Symbol.asyncIterator]();
    await until(lists, "checked-1");
    listener.close();
    await until(lists);
    await lists.return?.();
  });

  test("what Consul refuses is an error that says why", async () => {
    await using registry = createConsulRegistry(options);
    const odd = { ...instance("odd-1", "odd"), metadata: { "no.dots": "" } };
    await expect(registry.register(odd)).rejects.toThrow(/agent\/service\/register.*no\.dots/s);
    await expect(registry.register({ ...instance("odd-2", "odd"), endpoints: ["127.0.0.1:9000"] })).rejects.toThrow(
      /endpoint must be a URL/,
    );
    expect(await registry.getService("odd")).toEqual([]);
  });

  test("it works over TLS with the certificate it trusts, and with no other", async () => {
    await using network = await startNetwork({ to: Number(server?.port), tls: true });
    const secure = { address: `127.0.0.1:${network.port}`, healthCheck: false };
    await using registry = createConsulRegistry({ ...secure, tls: { ca: localhostCertificate } });
    await registry.register(instance("secure-1", "secure"));
    expect(await registry.getService("secure")).toEqual([instance("secure-1", "secure")]);
    await using distrustful = createConsulRegistry({ ...secure, tls: {} });
    await expect(distrustful.getService("secure")).rejects.toThrow(/certificate/);
  });

  test("what is being deregistered when it is closed is deregistered", async () => {
    const registry = createConsulRegistry(options);
    await using other = createConsulRegistry(options);
    await registry.register(instance("both-1", "both"));
    const deregistered = registry.deregister(instance("both-1", "both"));
    await registry.close();
    await deregistered;
    expect(await other.getService("both")).toEqual([]);
  });

  test("a process that was killed is gone after its time to live", async () => {
    await using registry = createConsulRegistry(options);
    const lists = registry.watch("killed")[Symbol.asyncIterator]();
    await until(lists);
    const child = spawnWith(`
      const registry = createConsulRegistry(${JSON.stringify({ ...options, ttlMs: 1000 })});
      await registry.register(${JSON.stringify(instance("killed-1", "killed"))});
      setInterval(() => {}, 1000);
    `);
    await until(lists, "killed-1");
    child.kill("SIGKILL");
    await until(lists);
    await lists.return?.();
  });

  test("it keeps no process alive, though an instance is registered and a service watched", async () => {
    const child = spawnWith(`
      const registry = createConsulRegistry(${JSON.stringify(options)});
      await registry.register(${JSON.stringify(instance("exit-1", "exit"))});
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
});

function spawnWith(script: string) {
  const source = new URL("./index.ts", import.meta.url).href;
  const whole = `const { createConsulRegistry } = await import(${JSON.stringify(source)});${script}`;
  return spawn(process.execPath, ["--input-type=module", "-e", whole], { stdio: ["ignore", "pipe", "inherit"] });
}

test.skipIf(program === undefined)("it shows its token, a new one when the old one has expired", async () => {
  const acl = 'acl { enabled = true default_policy = "deny" tokens { initial_management = "root" } }';
  await using consul = await startConsul(String(program), { flags: ["-hcl", acl] });
  const options = { address: `127.0.0.1:${consul.port}`, healthCheck: false };
  let token = "root";
  await using registry = createConsulRegistry({ ...options, ttlMs: 1000, token: async () => token });
  const isReady = () => registry.register(instance("1", "acl")).then(() => "done", String);
  await expect.poll(isReady, { timeout: 5000 }).toBe("done");
  const lists = registry.watch("acl")[Symbol.asyncIterator]();
  await until(lists, "1");
  token = "expired";
  await expect(registry.getService("acl")).rejects.toThrow(/403/);
  // Its signs of life are refused, but so is the watch: the last list stays.
  await new Promise((resolve) => setTimeout(resolve, 2000));
  token = "root";
  await expect.poll(async () => (await registry.getService("acl")).length, { timeout: 3000 }).toBe(1);
  await registry.register(instance("2", "acl"));
  await until(lists, "1", "2");
  await lists.return?.();
  await using none = createConsulRegistry(options);
  await expect(none.register(instance("3", "acl"))).rejects.toThrow(/403 Permission denied/);
});

test("a token that does not come is waited for as long as an answer, or until the signal aborts", async () => {
  const token = () => new Promise<string>(() => {});
  await using registry = createConsulRegistry({ address: "127.0.0.1:1", token, timeoutMs: 100 });
  await expect(registry.getService("late")).rejects.toThrow(/127\.0\.0\.1:1.*no answer within 100 ms/);
  const abort = new AbortController();
  const found = registry.getService("late", { signal: abort.signal });
  abort.abort(new Error("given up"));
  await expect(found).rejects.toThrow("given up");
});

test.each([
  [{ address: "" }, TypeError],
  [{ address: "ftp://host" }, TypeError],
  [{ address: "http://host/path" }, TypeError],
  [{ address: "host:port" }, TypeError],
  [{ address: "http://host", tls: {} }, TypeError],
  [{ ttlMs: 0 }, RangeError],
  [{ deregisterAfterMs: -1 }, RangeError],
  [{ timeoutMs: Number.NaN }, RangeError],
])("%j is refused", (options, error) => {
  expect(() => createConsulRegistry(options)).toThrow(error);
});
