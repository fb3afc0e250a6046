import { expect } from "vitest";
import { expectFound, registryCase, WatchReader } from "./registry-case.ts";
import type { RegistryCase } from "./registry-contract.ts";

/** How instances come, change and go. */
export const registrationCases: readonly RegistryCase[] = [
  registryCase("several instances of a service are all found", async ({ ours, theirs, service, instance }) => {
    const all = Array.from({ length: 20 }, (_, i) =>
      instance(`id-${i}`, { endpoints: [`grpc://127.0.0.1:${9000 + i}`] }),
    );
    await Promise.all(all.map((one) => ours.register(one)));
    await expectFound(theirs, service, all);
  }),
  registryCase("instances of several processes are all found", async ({ ours, theirs, service, instance }) => {
    await ours.register(instance("1"));
    await theirs.register(instance("2"));
    for (const registry of [ours, theirs]) await expectFound(registry, service, [instance("1"), instance("2")]);
  }),
  registryCase("registering again is no second instance", async ({ ours, theirs, service, instance }) => {
    for (let i = 0; i < 3; i++) await ours.register(instance("1"));
    await expectFound(theirs, service, [instance("1")]);
    await ours.deregister(instance("1"));
    await expectFound(theirs, service, []);
  }),
  registryCase("registering again replaces what was there", async ({ ours, theirs, service, instance }) => {
    await ours.register(instance("1", { metadata: { old: "yes" } }));
    const changed = instance("1", { version: "v2", metadata: { weight: "7" }, endpoints: ["grpc://127.0.0.1:9999"] });
    await ours.register(changed);
    await expectFound(theirs, service, [changed]);
  }),
  registryCase("a deregistered instance is gone, the others stay", async ({ ours, theirs, service, instance }) => {
    for (const id of ["1", "2", "3"]) await ours.register(instance(id));
    await ours.deregister(instance("2"));
    await expectFound(theirs, service, [instance("1"), instance("3")]);
  }),
  registryCase("deregistering needs the id and name only", async ({ ours, theirs, service, instance }) => {
    await ours.register(instance("1", { metadata: { a: "b" } }));
    await ours.deregister(instance("1", { version: "", endpoints: [] }));
    await expectFound(theirs, service, []);
  }),
  registryCase("a service's instance stays when another's of the same id goes", async (stage) => {
    const { ours, theirs, service, instance } = stage;
    const other = instance("other-1", { name: `${service}-other` });
    await ours.register(instance("1"));
    await ours.register(other);
    await ours.deregister(other);
    await expectFound(theirs, other.name, []);
    await expectFound(theirs, service, [instance("1")]);
  }),
  registryCase(
    "deregistering twice, or what was never there, is no error",
    async ({ ours, theirs, service, instance }) => {
      await ours.deregister(instance("never"));
      await ours.register(instance("1"));
      await ours.deregister(instance("1"));
      await ours.deregister(instance("1"));
      await expectFound(theirs, service, []);
    },
  ),
  registryCase("an instance may be registered again after it went", async ({ ours, theirs, service, instance }) => {
    for (let i = 0; i < 3; i++) {
      const again = instance("1", { version: `v${i}` });
      await ours.register(again);
      await expectFound(theirs, service, [again]);
      await ours.deregister(again);
      await expectFound(theirs, service, []);
    }
  }),
  registryCase("an instance without id or name is refused", async ({ ours, theirs, service, instance }) => {
    await expect(ours.register(instance(""))).rejects.toThrow(TypeError);
    await expect(ours.register(instance("1", { name: "" }))).rejects.toThrow(TypeError);
    await expectFound(theirs, service, []);
  }),
  registryCase("nothing is registered when the signal has aborted", async ({ ours, theirs, service, instance }) => {
    const signal = AbortSignal.abort(new Error("given up"));
    await expect(ours.register(instance("1"), { signal })).rejects.toThrow("given up");
    await expect(theirs.getService(service, { signal })).rejects.toThrow("given up");
    await expectFound(theirs, service, []);
  }),
  registryCase("an instance is known for longer than its time to live", async (stage) => {
    const { subject, ours, theirs, service, instance } = stage;
    await ours.register(instance("1"));
    await using reader = new WatchReader(theirs, service);
    await reader.until("1");
    // Nothing is to happen, and that can only be waited for.
    const changed = reader.next(5 * subject.ttlMs).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 3 * subject.ttlMs));
    await expectFound(theirs, service, [instance("1")]);
    await reader[Symbol.asyncDispose]();
    expect(await changed).toBeUndefined();
  }),
];
