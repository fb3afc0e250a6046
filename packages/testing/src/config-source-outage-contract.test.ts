import { expect, test } from "vitest";
import { memoryConfigServer, type SourceOutageFaults } from "../testdata/memory-config-server.ts";
import { configSourceOutageContract, describeConfigSourceOutageContract } from "./config-source-outage-contract.ts";
import { runCase } from "./contract.ts";

describeConfigSourceOutageContract("a server in memory", () => memoryConfigServer());

test.each<[string, SourceOutageFaults, RegExp]>([
  ["ends its watch", { watchEnds: true }, /watchers hear nothing/],
  ["takes an outage for an empty list", { yieldsNothingWhenAway: true }, /watchers hear nothing/],
  ["forgets what changed meanwhile", { forgetsWhatChangedMeanwhile: true }, /during the network's (cut|drop)/],
  ["trusts dead connections", { trustsDeadConnections: true }, /strand/],
  ["lets loading hang", { loadHangs: true }, /loading fails in time/],
  ["does not say where the server is", { saysNotWhere: true }, /loading fails in time/],
  ["ignores signals", { ignoresSignals: true }, /signal gives up/],
  ["closes slowly", { closesSlowly: true }, /closing/],
])("a source that %s does not hold the contract", async (_, faults, broken) => {
  // Only the cases that are to notice.
  const cases = configSourceOutageContract.filter(({ name }) => broken.test(name));
  expect(cases.length).toBeGreaterThan(0);
  for (const one of cases)
    await expect(
      runCase(one, () => memoryConfigServer(faults)),
      one.name,
    ).rejects.toThrow();
});
