import { expect } from "vitest";
import { sleep } from "./breakable.ts";
import { within } from "./list-reader.ts";
import { WatchReader } from "./registry-case.ts";
import { expectIds, outageCase } from "./registry-outage-case.ts";
import type { RegistryOutageCase } from "./registry-outage-contract.ts";

/** The server goes away. */
export const serverOutageCases: readonly RegistryOutageCase[] = [
  outageCase("a server that was away for ten times to live finds the instance again within one", async (stage) => {
    const { subject, ours, theirs, service, instance } = stage;
    await ours.register(instance("1"));
    await subject.server.kill();
    await sleep(10 * subject.ttlMs);
    await subject.server.restart();
    await expectIds(theirs, service, { ids: ["1"], ms: subject.ttlMs });
    // And keeps it.
    await sleep(2 * subject.ttlMs);
    await expectIds(theirs, service, { ids: ["1"], ms: subject.ttlMs });
  }),
  outageCase("a killed server that comes back at once loses nothing", async (stage) => {
    const { subject, ours, theirs, instance } = stage;
    await using reader = await stage.watch();
    for (const id of ["1", "2"]) await ours.register(instance(id));
    await stage.readUntil(reader, "1", "2");
    await subject.server.kill();
    await subject.server.restart();
    await stage.expectFound(theirs, "1", "2");
    await ours.deregister(instance("1"));
    await stage.readUntil(reader, "2");
  }),
  outageCase("a watch goes on when the server is back, with what changed", async (stage) => {
    const { subject, theirs, instance } = stage;
    await using reader = await stage.watch();
    await subject.server.kill();
    await subject.server.restart();
    await stage.eventually(() => theirs.register(instance("1")));
    await stage.readUntil(reader, "1");
  }),
  outageCase("while the server is away, watchers keep what they knew", async (stage) => {
    const { subject, ours, service, instance } = stage;
    await ours.register(instance("1"));
    await using reader = await stage.watch();
    await stage.readUntil(reader, "1");
    await subject.server.kill();
    await expect(reader.next(2 * subject.ttlMs)).rejects.toThrow("did not come");
    await using late = new WatchReader(ours, service);
    expect(await late.next()).toEqual([instance("1")]);
  }),
  outageCase("calls fail in time, and say which server is away", async (stage) => {
    const { subject, ours, service, instance } = stage;
    await subject.server.kill();
    const limitMs = 4 * subject.timeoutMs;
    const calls = [
      ours.register(instance("1")),
      ours.getService(service),
      new WatchReader(ours, service).next(limitMs),
    ];
    for (const result of await within(Promise.allSettled(calls), limitMs, "the failures"))
      expect(result).toMatchObject({ status: "rejected", reason: { message: expect.stringContaining("127.0.0.1") } });
    await subject.server.restart();
    await stage.expectFound(ours);
    await ours.register(instance("1"));
    await stage.expectFound(ours, "1");
  }),
  outageCase("what was deregistered while the server was away does not come back", async (stage) => {
    const { subject, ours, theirs, instance } = stage;
    await ours.register(instance("1"));
    await ours.register(instance("2"));
    await subject.server.kill();
    await ours.deregister(instance("1")).catch(() => {});
    await subject.server.restart();
    // What the server still knows of it is gone when its time is over.
    await sleep(2 * subject.ttlMs);
    await stage.expectFound(theirs, "2");
  }),
  outageCase("closing while the server is away is quick, and ends the watches", async (stage) => {
    const { subject, ours, instance } = stage;
    await ours.register(instance("1"));
    const reader = await stage.watch();
    await subject.server.kill();
    await within(ours[Symbol.asyncDispose](), 4 * subject.timeoutMs, "closing");
    await reader.ended();
  }),
  outageCase("a server that hangs for a while is used again when it goes on", async (stage) => {
    const { subject, ours, theirs, service, instance } = stage;
    await ours.register(instance("1"));
    await using reader = await stage.watch();
    subject.server.pause();
    try {
      await expect(within(ours.getService(service), 4 * subject.timeoutMs, "the failure")).rejects.toThrow("127.0.0.1");
      await sleep(3 * subject.timeoutMs);
    } finally {
      subject.server.resume();
    }
    await stage.expectFound(theirs, "1");
    await stage.eventually(() => theirs.register(instance("2")));
    await stage.readUntil(reader, "1", "2");
  }),
];
