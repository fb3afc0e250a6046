import { expect } from "vitest";
import { within } from "./list-reader.ts";
import { expectNothingLeft, lastingResources } from "./open-resources.ts";
import { expectFound, registryCase, WatchReader } from "./registry-case.ts";
import type { RegistryCase } from "./registry-contract.ts";

/** What is left when a registry is disposed of: nothing. */
export const closingCases: readonly RegistryCase[] = [
  registryCase("closing deregisters what was registered", async ({ ours, theirs, service, instance }) => {
    for (const id of ["1", "2"]) await ours.register(instance(id));
    await theirs.register(instance("3"));
    await using reader = new WatchReader(theirs, service);
    await reader.until("1", "2", "3");
    await ours[Symbol.asyncDispose]();
    await reader.until("3");
    await expectFound(theirs, service, [instance("3")]);
  }),
  registryCase("closing ends the watches", async ({ ours, theirs, service }) => {
    const readers = Array.from({ length: 5 }, () => new WatchReader(theirs, service));
    for (const reader of readers) await reader.next();
    const ended = readers.map((reader) => reader.ended());
    await theirs[Symbol.asyncDispose]();
    await Promise.all(ended);
    await expectFound(ours, service, []);
  }),
  registryCase("a closed registry refuses to work, and may be closed again", async ({ ours, service, instance }) => {
    await ours.register(instance("1"));
    await ours[Symbol.asyncDispose]();
    await within(ours[Symbol.asyncDispose](), 1000, "the second closing");
    await expect(ours.register(instance("2"))).rejects.toThrow(/closed/);
    await expect(ours.getService(service)).rejects.toThrow(/closed/);
    await expect(ours.watch(service)[Symbol.asyncIterator]().next()).rejects.toThrow(/closed/);
  }),
  registryCase("no timer and no socket is left", async ({ subject, service, instance }) => {
    const before = await lastingResources();
    const registry = await subject.connect();
    for (const id of ["1", "2"]) await registry.register(instance(id));
    const reader = new WatchReader(registry, service);
    await reader.until("1", "2");
    await registry.deregister(instance("1"));
    await registry[Symbol.asyncDispose]();
    await reader.ended();
    await expectNothingLeft(before);
  }),
];
