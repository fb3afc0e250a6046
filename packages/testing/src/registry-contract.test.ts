import { expect, test } from "vitest";
import { memoryRegistry, type RegistryFaults } from "../testdata/memory-registry.ts";
import { runCase } from "./contract.ts";
import { describeRegistryContract, registryContract } from "./registry-contract.ts";

describeRegistryContract("a map in memory", () => memoryRegistry());

test.each<[string, RegistryFaults, RegExp]>([
  ["loses metadata", { store: (instance) => ({ ...instance, metadata: {} }) }, /found as it was registered/],
  ["keeps one endpoint", { store: (one) => ({ ...one, endpoints: one.endpoints.slice(0, 1) }) }, /every scheme/],
  ["ignores case", { store: (one) => ({ ...one, name: one.name.toLowerCase() }) }, /may hold "A"/],
  ["finds by prefix", { isOf: ({ name }, wanted) => name.startsWith(wanted) }, /part of its name/],
  ["does not deregister", { ignoresDeregister: true }, /is gone, the others stay/],
  [
    "adds what is registered again",
    { store: (one) => ({ ...one, id: `${one.id}${Math.random()}` }) },
    /no second instance/,
  ],
  ["takes everything", { acceptsAll: true }, /without id or name is refused/],
  ["ignores signals", { ignoresSignals: true }, /ends with its signal|signal has aborted/],
  ["tells no changes", { tellsNoChanges: true }, /seen within a second/],
  ["starts with nothing", { startsEmpty: true }, /begins with the list as it is/],
  ["queues every list", { queuesLists: true }, /gets the newest list/],
  ["stays registered when closed", { leavesInstances: true }, /closing deregisters/],
  ["goes on watching when closed", { leavesWatches: true }, /closing ends the watches/],
  ["leaves a timer", { leavesTimers: true }, /no timer and no socket/],
  ["works when closed", { worksWhenClosed: true }, /refuses to work/],
  ["forgets", { forgetsAfterMs: 30 }, /longer than its time to live/],
])("a registry that %s does not hold the contract", async (_, faults, broken) => {
  // Only the cases that are to notice: those that wait in vain take a second each.
  const cases = registryContract.filter(({ name }) => broken.test(name));
  expect(cases.length).toBeGreaterThan(0);
  for (const one of cases)
    await expect(
      runCase(one, () => memoryRegistry(faults)),
      one.name,
    ).rejects.toThrow();
});
