import { describeRegistryOutageContract } from "@kratos-ts/testing";
import { describe } from "vitest";
import { ensureConsul, startConsul } from "../../../tools/servers/consul.ts";
import { startNetwork } from "../../../tools/servers/network.ts";
import { type ConsulRegistry, createConsulRegistry } from "./consul-registry.ts";

const program = await ensureConsul();

describe.skipIf(program === undefined)("with a consul of its own", () => {
  describeRegistryOutageContract("the consul registry", async () => {
    const server = await startConsul(String(program));
    const network = await startNetwork({ to: server.port });
    const registries: ConsulRegistry[] = [];
    const [ttlMs, timeoutMs] = [1000, 500];
    return {
      server,
      network,
      ttlMs,
      timeoutMs,
      async connect({ through }) {
        const port = through === "network" ? network.port : server.port;
        const registry = createConsulRegistry({ address: `127.0.0.1:${port}`, healthCheck: false, ttlMs, timeoutMs });
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
