import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeRegistryContract } from "@kratos-ts/testing";
import { createLocalRegistry, type LocalRegistry } from "./local-registry.ts";

const ttlMs = 1000;

describeRegistryContract("the local registry", async () => {
  const folder = await mkdtemp(join(tmpdir(), "kratos-registry-test-"));
  const registries: LocalRegistry[] = [];
  return {
    ttlMs,
    async connect() {
      const registry = createLocalRegistry({ folder, ttlMs });
      registries.push(registry);
      return registry;
    },
    async [Symbol.asyncDispose]() {
      for (const registry of registries) await registry.close();
      await rm(folder, { recursive: true });
    },
  };
});
