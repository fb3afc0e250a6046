// An instance: `node src/instance.ts [--id a] [--name who] [--http :8000] [--grpc :9000] [--config folder]`
// `[--registry etcd --at 127.0.0.1:2379] [--ttl 15000]`.
import { randomUUID } from "node:crypto";
import { parseArgs } from "node:util";
import { type Config, fileSource, loadConfig } from "@kratos-ts/config";
import { createInstance } from "./instance-app.ts";
import { chosenRegistry } from "./registry-choice.ts";

const { values } = parseArgs({
  options: {
    id: { type: "string", default: randomUUID() },
    name: { type: "string", default: "who" },
    http: { type: "string" },
    grpc: { type: "string" },
    config: { type: "string" },
    registry: { type: "string" },
    at: { type: "string" },
    ttl: { type: "string" },
  },
});

await using registry = chosenRegistry({
  kind: values.registry,
  at: values.at,
  ttlMs: values.ttl === undefined ? undefined : Number(values.ttl),
});
const config: Config<unknown> | undefined =
  values.config === undefined ? undefined : await loadConfig({ sources: [fileSource({ path: values.config })] });
const { id, name, http, grpc } = values;
const onStart = () => console.log(`${id} is registered`);
await createInstance({ id, name, http, grpc, config, registrar: registry, onStart }).run();
await config?.close();
console.log(`${id} has stopped`);
