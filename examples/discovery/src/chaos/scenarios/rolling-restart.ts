import { type Finding, findingOf } from "../finding.ts";
import { shuffled } from "../random.ts";
import type { Stage } from "../stage.ts";

/** Every instance is ended and replaced, one after the other, over and over while there is load. */
export async function rollingRestart(stage: Stage): Promise<Finding[]> {
  const { fleet, random, extent } = stage;
  await using load = stage.load();
  const problems: string[] = [];
  let restarts = 0;
  let slowestMs = 0;
  await load.reached(500);
  while (restarts < extent.instances || load.sent < extent.restartCalls)
    for (const instance of shuffled(fleet.instances, random)) {
      if (restarts >= extent.instances && load.sent >= extent.restartCalls) break;
      const askedAt = performance.now();
      const code = await instance.terminate();
      slowestMs = Math.max(slowestMs, performance.now() - askedAt);
      if (code !== 0) problems.push(`${instance.id} ended with ${code}`);
      await fleet.start();
      restarts++;
    }
  await load.reached(load.sent + 500);
  await load.end();
  const note = `${restarts} restarts, the slowest stop took ${Math.round(slowestMs)} ms`;
  return [findingOf("rolling restart", load, { note, problems })];
}
