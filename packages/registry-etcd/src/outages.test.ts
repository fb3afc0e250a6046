import { describeRegistryOutageContract } from "@kratos-ts/testing";
import { describe } from "vitest";
import { ensureEtcd, startEtcd } from "../../../tools/servers/etcd.ts";
import { startNetwork } from "../../../tools/servers/network.ts";
import { createEtcdRegistry, type EtcdRegistry } from "./etcd-registry.ts";

const program = await ensureEtcd();

describe.skipIf(program === undefined)("with an etcd of its own", () => {
  describeRegistryOutageContract("the etcd registry", async () => {
    // Elections that are quicker than by default: etcd grants no lease that is shorter than they take.
    const flags = ["--heartbeat-interval", "20", "--election-timeout", "200"];
    const server = await startEtcd(String(program), { flags });
    const network = await startNetwork({ to: server.port });
    const registries: EtcdRegistry[] = [];
    const [ttlMs, timeoutMs] = [1000, 500];
    return {
      server,
      network,
      ttlMs,
      timeoutMs,
      async connect({ through }) {
        const port = through === "network" ? network.port : server.port;
        const registry = createEtcdRegistry({ hosts: [`127.0.0.1:${port}`], ttlMs, timeoutMs });
        registries.push(registry);
        return registry;
      },
      async [Symbol.asyncDispose]() {
        for (const registry of registries) await registry.close();
        await network[Symbol.asyncDispose]();
        await server[Symbol.asyncDispose]();
      },
    };
  });
});
