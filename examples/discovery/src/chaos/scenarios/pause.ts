import { setTimeout as delay } from "node:timers/promises";
import { type Finding, findingOf } from "../finding.ts";
import { oneOf } from "../random.ts";
import { type Stage, ttlMs } from "../stage.ts";

const beforeMs = 1500;
/** Within so many ms after the pause all is to be as before. */
const recoveryMs = 3000;
// A p99 that is so short is normal on a busy machine, though it was shorter before.
const usualP99Ms = 100;
const backWithinMs = 10_000;

/** One instance is stopped in its tracks: it takes calls and answers none, and the registry lists it up to its TTL. */
export async function pause(stage: Stage): Promise<Finding[]> {
  const { fleet, random } = stage;
  const back = Promise.withResolvers<void>();
  const victim = oneOf(fleet.instances, random);
  const addresses = await stage.addressesOf(victim.id);
  let resumed = false;
  const onReply = ({ id }: { id: string }) => {
    if (resumed && id === victim.id) back.resolve();
  };
  await using plain = stage.load({ thinkMs: 3, onReply });
  await using retried = stage.load({ retries: true, thinkMs: 3, onReply });
  await plain.reached(500);
  const startAt = performance.now();
  await delay(beforeMs);
  const pausedAt = performance.now();
  victim.pause();
  await delay(ttlMs + 1000);
  const resumedAt = performance.now();
  victim.resume();
  // What it takes up again are answers that nobody waits for any more.
  await delay(500);
  resumed = true;
  const isBack = await Promise.race([back.promise.then(() => true), delay(backWithinMs, false, { ref: false })]);
  await Promise.all([plain.end(), retried.end()]);
  const before = plain.p99(startAt, pausedAt);
  const during = plain.p99(pausedAt, pausedAt + recoveryMs);
  const after = plain.p99(pausedAt + recoveryMs, resumedAt);
  const problems = [
    ...(after <= Math.max(3 * before, usualP99Ms) ? [] : [`p99 was ${ms(after)}, and ${ms(before)} before the pause`]),
    ...(isBack ? [] : [`${victim.id} was not called again within ${backWithinMs} ms`]),
  ];
  // They had been sent to it, and waited until their deadline: without retries nothing else can become of them.
  const waited = plain.failedAttempts.filter(({ address }) => addresses.includes(address)).length;
  const note = `p99 ${ms(before)} before, ${ms(during)} in the first 3 s, ${ms(after)} from then on`;
  return [
    findingOf("pause", plain, { excused: waited, note, problems }),
    findingOf("pause with retries", retried, { note: `${retried.failedAttempts.length} were asked again` }),
  ];
}

function ms(time: number): string {
  return `${time.toFixed(1)} ms`;
}
