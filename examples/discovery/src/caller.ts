// A caller: `node src/caller.ts [--over http] [--name who] [--calls 1000] [--registry etcd --at 127.0.0.1:2379]`.
// Start and stop instances while it runs.
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { chosenRegistry } from "./registry-choice.ts";
import { createWhoClient } from "./who-client.ts";

const { values } = parseArgs({
  options: {
    over: { type: "string", default: "grpc" },
    name: { type: "string", default: "who" },
    calls: { type: "string", default: "1000" },
    registry: { type: "string" },
    at: { type: "string" },
  },
});

await using registry = chosenRegistry({ kind: values.registry, at: values.at });
await using who = createWhoClient({
  over: values.over === "http" ? "http" : "grpc",
  name: values.name,
  discovery: registry,
});
const outcomes = new Map<string, number>();
for (let i = 0; i < Number(values.calls); i++) {
  const outcome = await who.ask().catch((error: unknown) => String(error));
  outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  await delay(10);
}
for (const [outcome, count] of outcomes) console.log(`${count} × ${outcome}`);
