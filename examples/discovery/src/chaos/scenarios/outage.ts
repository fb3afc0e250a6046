import { setTimeout as delay } from "node:timers/promises";
import { type Finding, findingOf } from "../finding.ts";
import { type Stage, ttlMs } from "../stage.ts";

/** The registry goes away for longer than registrations live, and comes back. */
export async function outage(stage: Stage): Promise<Finding[]> {
  const { server, extent } = stage;
  await using load = stage.load({ thinkMs: 3 });
  await load.reached(500);
  await server.goAway();
  await delay(extent.outageMs);
  await server.comeBack();
  const backAt = performance.now();
  // Each renews three times within a TTL.
  const wrong = await stage.listed(ttlMs);
  const note = `away for ${extent.outageMs} ms, all registered ${Math.round(performance.now() - backAt)} ms later`;
  await delay(500);
  await load.end();
  const problems = wrong.length === 0 ? [] : [`not as before within ${ttlMs} ms: ${wrong.join(", ")}`];
  return [findingOf("registry outage", load, { note, problems })];
}
