import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { now } from "./clock.ts";
import { type Expiring, unwatchDeadline, watchDeadline } from "./deadline-sweep.ts";

/** Something that ends `ms` from now, and says so. */
function expiring(ms: number): Expiring & { readonly expired: Promise<number> } {
  const { promise, resolve } = Promise.withResolvers<number>();
  return { deadline: now() + ms, expired: promise, expire: () => resolve(now()) };
}

test("expires each item after its deadline, and at most a few sweeps late", async () => {
  const items = [30, 1, 15, 1, -5].map(expiring);
  for (const item of items) watchDeadline(item);
  for (const item of items) expect((await item.expired) - item.deadline!).toBeGreaterThanOrEqual(0);
});

test("expires the earlier item first, also when it came later", async () => {
  const order: string[] = [];
  const [late, early] = [expiring(40), expiring(1)];
  watchDeadline(late);
  watchDeadline(early);
  await Promise.all([late.expired.then(() => order.push("late")), early.expired.then(() => order.push("early"))]);
  expect(order).toEqual(["early", "late"]);
});

test("leaves alone what is no longer watched, and what has no deadline", async () => {
  const told: string[] = [];
  const gone: Expiring = { deadline: now() + 1, expire: () => told.push("gone") };
  const free: Expiring = { deadline: undefined, expire: () => told.push("free") };
  const last = expiring(2);
  for (const item of [gone, free, last]) watchDeadline(item);
  unwatchDeadline(gone);
  unwatchDeadline(gone);
  await last.expired;
  expect(told).toEqual([]);
});

test("sees what is watched, or no longer watched, while it sweeps", async () => {
  const told: string[] = [];
  const next = expiring(1);
  const gone: Expiring = { deadline: now() + 1, expire: () => told.push("gone") };
  const first: Expiring = {
    deadline: now() + 1,
    expire() {
      unwatchDeadline(gone);
      watchDeadline(next);
    },
  };
  watchDeadline(first);
  watchDeadline(gone);
  await next.expired;
  expect(told).toEqual([]);
});

/** Runs code with the exports of this file's module in a process of its own. */
function runAlone(code: string) {
  const module = new URL("./deadline-sweep.ts", import.meta.url).href;
  const program = `import { watchDeadline } from ${JSON.stringify(module)}; ${code}`;
  const options = { encoding: "utf8", timeout: 10_000 } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", program], options);
  return { status, stdout, stderr };
}

test("sweeps on when an item throws, which is reported as uncaught", () => {
  const code = `
    process.on("uncaughtException", (error) => console.log(error.message));
    const in1ms = Date.now() + 1;
    watchDeadline({ deadline: in1ms, expire() { throw new Error("bad listener"); } });
    watchDeadline({ deadline: in1ms, expire() { console.log("good"); } });
    watchDeadline({ deadline: in1ms + 30, expire() { console.log("later"); clearInterval(alive); } });
    const alive = setInterval(() => {}, 60_000);`;
  expect(runAlone(code)).toEqual({ status: 0, stdout: "good\nbad listener\nlater\n", stderr: "" });
});

test("keeps no process alive, and takes a deadline beyond the longest timer", () => {
  const code = `watchDeadline({ deadline: Date.now() + 2 ** 33, expire() { console.log("expired"); } });`;
  expect(runAlone(code)).toEqual({ status: 0, stdout: "", stderr: "" });
});
