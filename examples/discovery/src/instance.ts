// An instance: `node src/instance.ts [--id a] [--name who] [--folder where]`.
import { randomUUID } from "node:crypto";
import { parseArgs } from "node:util";
import { createLocalRegistry } from "@kratos-ts/registry-local";
import { createInstance } from "./instance-app.ts";

const { values } = parseArgs({
  options: {
    id: { type: "string", default: randomUUID() },
    name: { type: "string", default: "who" },
    folder: { type: "string" },
  },
});

await using registry = createLocalRegistry({ folder: values.folder });
const { id, name } = values;
await createInstance({ id, name, registrar: registry, onStart: () => console.log(`${id} is registered`) }).run();
console.log(`${id} has stopped`);
