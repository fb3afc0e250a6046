// Registers an instance and stays: `node registrant.ts <folder> <service> <id> <ttlMs>`.
import { createLocalRegistry } from "../src/index.ts";

const [folder = "", name = "", id = "", ttlMs = ""] = process.argv.slice(2);
const registry = createLocalRegistry({ folder, ttlMs: Number(ttlMs) });
await registry.register({ id, name, version: "", metadata: {}, endpoints: ["grpc://127.0.0.1:9000"] });
process.stdout.write("registered\n");
// Nothing of the registry keeps a process alive.
setInterval(() => {}, 1000);
