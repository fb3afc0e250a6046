import { expect } from "vitest";
import { idsOf, registryCase, WatchReader } from "./registry-case.ts";
import type { RegistryCase } from "./registry-contract.ts";

/** What watchers see, and when. */
export const watchCases: readonly RegistryCase[] = [
  registryCase("a watch begins with the list as it is", async ({ ours, theirs, service, instance }) => {
    await ours.register(instance("1"));
    await using reader = new WatchReader(theirs, service);
    expect(await reader.until("1")).toEqual([instance("1")]);
  }),
  registryCase("a watch of nothing begins with an empty list", async ({ ours, theirs, service, instance }) => {
    await using reader = new WatchReader(theirs, service);
    expect(await reader.next()).toEqual([]);
    await ours.register(instance("1"));
    expect(await reader.until("1")).toEqual([instance("1")]);
  }),
  registryCase("every change is seen within a second", async ({ ours, theirs, service, instance }) => {
    await using reader = new WatchReader(theirs, service);
    await reader.next();
    await ours.register(instance("1"));
    await reader.until("1");
    await theirs.register(instance("2"));
    await reader.until("1", "2");
    await ours.deregister(instance("1"));
    await reader.until("2");
    await theirs.deregister(instance("2"));
    await reader.until();
  }),
  registryCase("a change of data is seen", async ({ ours, theirs, service, instance }) => {
    await ours.register(instance("1"));
    await using reader = new WatchReader(theirs, service);
    await reader.until("1");
    const changed = instance("1", { metadata: { weight: "7" }, endpoints: ["grpc://127.0.0.1:9999"] });
    await ours.register(changed);
    while (reader.latest[0]?.metadata.weight !== "7") await reader.until("1");
    expect(reader.latest).toEqual([changed]);
  }),
  registryCase("a watch sees its own service only", async ({ ours, theirs, service, instance }) => {
    await using reader = new WatchReader(theirs, service);
    await reader.next();
    await ours.register(instance("1", { name: `${service}-2` }));
    await ours.register(instance("2", { name: `${service}/sub` }));
    await ours.register(instance("3"));
    expect(idsOf(await reader.next())).toEqual(["3"]);
  }),
  registryCase("many watchers see the same", async ({ ours, theirs, service, instance }) => {
    const readers = Array.from({ length: 50 }, (_, i) => new WatchReader(i % 2 === 0 ? ours : theirs, service));
    try {
      for (const reader of readers) expect(await reader.next()).toEqual([]);
      await ours.register(instance("1"));
      await Promise.all(readers.map((reader) => reader.until("1")));
      await readers[0]?.end();
      await ours.deregister(instance("1"));
      await Promise.all(readers.slice(1).map((reader) => reader.until()));
    } finally {
      await Promise.all(readers.map((reader) => reader[Symbol.asyncDispose]()));
    }
  }),
  registryCase("a burst of changes ends with the right list", async ({ ours, theirs, service, instance }) => {
    await using reader = new WatchReader(theirs, service);
    await reader.next();
    const ids = Array.from({ length: 30 }, (_, i) => `id-${i}`);
    await Promise.all(ids.map((id) => ours.register(instance(id))));
    await reader.until(...ids);
    await Promise.all(ids.slice(1).map((id) => ours.deregister(instance(id))));
    await reader.until("id-0");
  }),
  registryCase("a reader that was away gets the newest list", async ({ ours, theirs, service, instance }) => {
    await using reader = new WatchReader(theirs, service);
    await using other = new WatchReader(theirs, service);
    await Promise.all([reader.next(), other.next()]);
    for (let i = 0; i < 10; i++) {
      await ours.register(instance("1", { version: `v${i}` }));
      while (other.latest[0]?.version !== `v${i}`) await other.next();
    }
    // One list may have been on its way to the reader since before it went away.
    const seen = [await reader.next()];
    if (seen[0]?.[0]?.version !== "v9") seen.push(await reader.next());
    expect(seen.at(-1)?.[0]?.version).toBe("v9");
  }),
  registryCase("a watch ends with its signal", async ({ theirs, service }) => {
    const reader = new WatchReader(theirs, service);
    await reader.next();
    // One that waits for the next list, and one that asks afterwards.
    await Promise.all([reader.ended(), reader.end()]);
  }),
  registryCase("a watch whose signal has aborted yields nothing", async ({ theirs, service }) => {
    const lists = theirs.watch(service, { signal: AbortSignal.abort() })[Symbol.asyncIterator]();
    expect((await lists.next()).done).toBe(true);
  }),
  registryCase("a reader may stop, and watch again", async ({ ours, theirs, service, instance }) => {
    await ours.register(instance("1"));
    for (let i = 0; i < 3; i++)
      for await (const list of theirs.watch(service)) {
        expect(list.length).toBeLessThanOrEqual(1);
        if (list.length === 1) break;
      }
    await using reader = new WatchReader(theirs, service);
    await reader.until("1");
  }),
];
