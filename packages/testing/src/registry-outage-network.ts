import { expect } from "vitest";
import { sleep } from "./breakable.ts";
import { within } from "./list-reader.ts";
import { outageCase } from "./registry-outage-case.ts";
import type { RegistryOutageCase } from "./registry-outage-contract.ts";

/** The server is there, but it can't be reached. */
export const networkOutageCases: readonly RegistryOutageCase[] = [
  ...(["cut", "drop"] as const).map((fault) =>
    outageCase(
      `after the network's ${fault}, the instance is registered again and the watch knows all`,
      async (stage) => {
        const { subject, ours, theirs, instance } = stage;
        await ours.register(instance("1"));
        await using reader = await stage.watch();
        subject.network[fault]();
        // Gone for the others, since it gives no sign of life, if the backend tells so by time.
        await theirs.register(instance("2"));
        await sleep(2 * subject.ttlMs);
        subject.network.heal();
        await stage.expectFound(theirs, "1", "2");
        await stage.readUntil(reader, "1", "2");
      },
    ),
  ),
  outageCase("connections that died unnoticed are replaced", async (stage) => {
    const { subject, ours, theirs, instance } = stage;
    await ours.register(instance("1"));
    await using reader = await stage.watch();
    subject.network.strand();
    await theirs.register(instance("2"));
    await stage.readUntil(reader, "1", "2");
    await sleep(2 * subject.ttlMs);
    await stage.expectFound(theirs, "1", "2");
  }),
  outageCase("a process that only watches finds out that its connection died", async (stage) => {
    const { subject, theirs, instance } = stage;
    await using reader = await stage.watch();
    subject.network.strand();
    await theirs.register(instance("1"));
    await stage.readUntil(reader, "1");
  }),
  outageCase("all connections reset again and again: it is registered, and the watch ends up right", async (stage) => {
    const { subject, ours, theirs, instance } = stage;
    await ours.register(instance("ours"));
    await using reader = await stage.watch();
    for (let i = 0; i < 5; i++) {
      subject.network.cut();
      await theirs.register(instance(`${i}`));
      subject.network.heal();
      await sleep(subject.ttlMs / 5);
    }
    await stage.readUntil(reader, "0", "1", "2", "3", "4", "ours");
    await stage.expectFound(theirs, "0", "1", "2", "3", "4", "ours");
  }),
  outageCase("a slow network slows down, and nothing else", async (stage) => {
    const { subject, ours, theirs, instance } = stage;
    subject.network.delay(subject.timeoutMs / 5);
    await ours.register(instance("1"));
    await using reader = await stage.watch();
    await stage.readUntil(reader, "1");
    await theirs.register(instance("2"));
    await stage.readUntil(reader, "1", "2");
    await sleep(2 * subject.ttlMs);
    await stage.expectFound(theirs, "1", "2");
    await ours.deregister(instance("1"));
    await stage.readUntil(reader, "2");
  }),
  outageCase("a signal gives up a call that gets no answer, at once", async (stage) => {
    const { subject, ours, service, instance } = stage;
    await ours.getService(service);
    subject.network.drop();
    const abort = new AbortController();
    const { signal } = abort;
    const calls = [ours.register(instance("1"), { signal }), ours.getService(service, { signal })];
    const failures = Promise.allSettled(calls);
    abort.abort(new Error("given up"));
    for (const result of await within(failures, subject.timeoutMs / 2, "the failures"))
      expect(result).toMatchObject({ status: "rejected", reason: { message: "given up" } });
    subject.network.heal();
    await sleep(subject.ttlMs);
    await stage.expectFound(ours);
  }),
  outageCase("closing while nothing gets through ends in time", async (stage) => {
    const { subject, ours, theirs, service, instance } = stage;
    await ours.register(instance("1"));
    const reader = await stage.watch();
    subject.network.drop();
    await within(ours[Symbol.asyncDispose](), 4 * subject.timeoutMs, "closing");
    await reader.ended();
    subject.network.heal();
    expect(await theirs.getService(service)).toBeDefined();
  }),
];
