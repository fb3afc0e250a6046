import { expect, test } from "vitest";
import { memorySource, type SourceFaults } from "../testdata/memory-source.ts";
import { configSourceContract, describeConfigSourceContract } from "./config-source-contract.ts";
import { runCase } from "./contract.ts";

describeConfigSourceContract("a map in memory", () => memorySource());

test.each<[string, SourceFaults, RegExp]>([
  ["does not say where it is", { name: "memory" }, /has a name/],
  ["has no formats", { formatOf: () => undefined }, /extension as format|formats/],
  ["takes the first dot", { formatOf: (key) => key.split(".")[1] }, /extension as format/],
  ["trims values", { storedText: (text) => text.trim() }, /byte by byte/],
  ["keeps the order of writing", { unsorted: true }, /in their order/],
  ["keeps what was deleted", { keepsDeleted: true }, /what is there now|come, change and go/],
  ["loads once", { loadsOnce: true }, /what is there now/],
  ["ignores signals", { ignoresSignals: true }, /signal has aborted|ends with its signal/],
  ["tells no changes", { tellsNoChanges: true }, /come, change and go|many watchers/],
  ["misses early changes", { missesEarlyChanges: true }, /between loading and watching/],
  ["tells changed keys only", { tellsChangedKeysOnly: true }, /each list has all keys/],
  ["queues every list", { queuesLists: true }, /gets the newest/],
  ["leaves a timer", { leavesTimers: true }, /no timer and no socket/],
])("a source that %s does not hold the contract", async (_, faults, broken) => {
  const cases = configSourceContract.filter(({ name }) => broken.test(name));
  expect(cases.length).toBeGreaterThan(0);
  for (const one of cases)
    await expect(
      runCase(one, () => memorySource(faults)),
      one.name,
    ).rejects.toThrow();
});
