import type { Bench } from "../harness/bench.ts";
import { startProgram } from "../harness/start.ts";
import { measure } from "./measure.ts";
import type { Part } from "./part.ts";
import type { Variant } from "./variant.ts";

const idleStreams = 5_000;
const program = { node: "servers/streams-http.ts" };

export const idleKinds: readonly (Variant & { readonly kind: string })[] = [
  { name: "Server-Sent Events", kind: "sse", program },
  { name: "WebSocket", kind: "websocket", program },
];

/** What the HTTP server's memory grows by for each stream that is open and does nothing; there is no goal. */
export const httpStreams: Part = async function* (bench) {
  const plan = { rounds: 1, sliceMs: 0, warmUpMs: 0 };
  const { samples, failures } = await measure(idleKinds, {
    bench,
    plan,
    start: async (variant) => ({ name: variant.name, slice: () => idleKb(variant.kind, bench) }),
  });
  yield {
    title: "Idle HTTP streams",
    about: `${idleStreams.toLocaleString("en-US")} streams that have brought one message, each on a connection of its own: by how much the server's memory grew, for each.`,
    table: {
      columns: ["", "kB a stream"],
      rows: [...samples].map(([name, [kb]]) => [name, (kb ?? Number.NaN).toFixed(1)]),
    },
    goals: [],
    failures,
  };
};

async function idleKb(kind: string, bench: Bench): Promise<number> {
  await using server = await startProgram(program, { bench, core: bench.pins.measured });
  const load = { node: "clients/http-stream-load.ts" };
  await using client = await startProgram(load, { bench, core: bench.pins.other, args: [String(server.port), kind] });
  // What comes up with the first streams is not theirs.
  await client.ask("idle 50");
  const before = await server.usage();
  const { opened } = await client.ask<{ opened: number }>(`idle ${idleStreams + 50}`);
  const after = await server.usage();
  return (after.rssBytes - before.rssBytes) / (opened - 50) / 1024;
}
