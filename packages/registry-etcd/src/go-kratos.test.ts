// A Go process finds our instances and ours finds its: Kratos' own type, etcd's own client, Go Kratos' place.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { ServiceInstance } from "@kratos-ts/core";
import { afterAll, describe, expect, test } from "vitest";
import { ensureGoModule } from "../../../tools/external/go-module.ts";
import { ensureEtcd, startEtcd } from "../../../tools/servers/etcd.ts";
import { createEtcdRegistry } from "./etcd-registry.ts";

const program = await ensureEtcd();
const folder = await ensureGoModule({ folder: "packages/registry-etcd/testdata/go" });
const server = program === undefined || folder === undefined ? undefined : await startEtcd(program);
afterAll(() => server?.[Symbol.asyncDispose]());

const instance: ServiceInstance = {
  id: "host-1",
  name: "helloworld",
  version: "v1.0.0",
  metadata: { weight: "50", text: "<a&b>é" },
  endpoints: ["http://127.0.0.1:8000", "grpc://127.0.0.1:9000"],
};

/** Its lines one by one; it ends with its standard input. */
function goPeer(...args: [command: string, argument: string]) {
  const child: ChildProcess = spawn(join(String(folder), "peer"), [args[0], `127.0.0.1:${server?.port}`, args[1]], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  return {
    line: async () => String((await lines.next()).value),
    async [Symbol.asyncDispose]() {
      const exit = once(child, "exit");
      child.stdin?.end();
      await exit;
    },
  };
}

describe.skipIf(server === undefined)("Go", () => {
  const hosts = [`127.0.0.1:${server?.port}`];

  test("finds what we register, as it was registered, and that it is gone", async () => {
    await using registry = createEtcdRegistry({ hosts });
    await using peer = goPeer("watch", instance.name);
    expect(JSON.parse(await peer.line())).toEqual([]);
    await registry.register(instance);
    expect(JSON.parse(await peer.line())).toEqual([instance]);
    await registry.deregister(instance);
    expect(JSON.parse(await peer.line())).toEqual([]);
  });

  test("registers what we find, as it was registered, and that it is gone", async () => {
    await using registry = createEtcdRegistry({ hosts });
    const lists = registry.watch(instance.name)[Symbol.asyncIterator]();
    expect((await lists.next()).value).toEqual([]);
    {
      await using peer = goPeer("register", JSON.stringify(instance));
      expect(await peer.line()).toBe("registered");
      expect((await lists.next()).value).toEqual([instance]);
      expect(await registry.getService(instance.name)).toEqual([instance]);
    }
    expect((await lists.next()).value).toEqual([]);
    await lists.return?.();
  });
});
