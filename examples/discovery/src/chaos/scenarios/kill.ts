import { setTimeout as delay, setImmediate as nextTurn } from "node:timers/promises";
import { type Finding, findingOf } from "../finding.ts";
import { oneOf } from "../random.ts";
import { type Stage, ttlMs } from "../stage.ts";

// Longer than a node is left alone at first, and registries other than the local one still list it: see `coolDown`.
const afterMs = 4000;

/** One instance is killed. What it was answering is lost, unless it is asked again. */
export async function kill(stage: Stage): Promise<Finding[]> {
  const { fleet, random } = stage;
  await using plain = stage.load();
  await using retried = stage.load({ retries: true });
  await Promise.all([plain.reached(1000), retried.reached(1000)]);
  const victim = oneOf(fleet.instances, random);
  const addresses = await stage.addressesOf(victim.id);
  await victim.kill();
  // By then its connections are known to have ended too.
  await nextTurn();
  const endedAt = performance.now();
  await delay(afterMs);
  await Promise.all([plain.end(), retried.end()]);
  await fleet.start();
  // Callers that come now would be told of the one that is gone.
  const wrong = await stage.listed(2 * ttlMs);
  const problems = wrong.length === 0 ? [] : [`still listed: ${wrong.join(", ")}`];
  const inFlight = plain.failedAttempts.filter(
    ({ address, startedAt }) => addresses.includes(address) && startedAt < endedAt,
  ).length;
  const again = retried.failedAttempts.length;
  return [
    findingOf("kill -9", plain, {
      excused: inFlight,
      note: `${inFlight} were given to it before it had ended`,
      problems,
    }),
    findingOf("kill -9 with retries", retried, { note: `${again} were asked again` }),
  ];
}
