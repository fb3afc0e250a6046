// What one `config.value(path)` costs: `node testdata/read-speed.ts`.
import { loadConfig } from "../src/index.ts";

const tree = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`k${i}`, { a: i, b: { c: i } }]));
const value = new TextEncoder().encode(JSON.stringify(tree));
const source = { name: "tree", load: async () => [{ key: "tree.json", format: "json", value }] };
const config = await loadConfig({ sources: [source], watch: false });
const paths = Object.keys(tree).map((key) => `${key}.b.c`);

for (const [name, pick] of [
  ["one path", () => paths[100]!],
  ["200 paths in turn", (i: number) => paths[i % paths.length]!],
] as const)
  for (let round = 0; round < 3; round++) console.log(`${name}: ${nanoseconds(pick).toFixed(1)} ns`);

function nanoseconds(pick: (i: number) => string): number {
  const reads = 3_000_000;
  let sum = 0;
  const start = performance.now();
  for (let i = 0; i < reads; i++) sum += config.value(pick(i)) as number;
  if (sum === 0) throw new Error("nothing was read");
  return ((performance.now() - start) * 1e6) / reads;
}
