import { setTimeout as delay } from "node:timers/promises";
import { type Finding, findingOf } from "../finding.ts";
import type { Stage } from "../stage.ts";

const seenWithinMs = 5000;

/** Configuration of three files changes as a whole, quickly, while every call reads all of it. */
export async function configPushes(stage: Stage): Promise<Finding[]> {
  const { config, fleet, random, extent } = stage;
  const seen = new Set<number>();
  // Whoever answers with the last one is up to date.
  const current = new Set<string>();
  let halves = 0;
  const onReply = ({ id, revisions }: { id: string; revisions: readonly number[] }) => {
    const [first = 0] = revisions;
    seen.add(first);
    if (revisions.length !== 3 || revisions.some((revision) => revision !== first)) halves++;
    if (first === config.revision) current.add(id);
  };
  await using load = stage.load({ thinkMs: 3, onReply });
  const until = performance.now() + extent.pushMs;
  while (performance.now() < until) {
    await config.push();
    // Sometimes faster than files are read, sometimes slower.
    await delay(5 + random() * 150);
  }
  current.clear();
  const lastAt = performance.now();
  const isLate = () => performance.now() > lastAt + seenWithinMs;
  while (current.size < fleet.instances.length && !isLate()) await load.reached(load.sent + 10);
  const lagMs = Math.round(performance.now() - lastAt);
  await load.end();
  const problems = [
    ...(halves === 0 ? [] : [`${halves} answers were of half a change`]),
    ...(isLate() ? [`the last change was not seen by all within ${seenWithinMs} ms`] : []),
  ];
  const note = `${config.revision - 1} pushes, ${seen.size} revisions seen, ${halves} answers of half a change, the last seen by all after ${lagMs} ms`;
  return [findingOf("config pushes", load, { note, problems })];
}
