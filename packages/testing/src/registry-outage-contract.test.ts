import { expect, test } from "vitest";
import { memoryServer, type OutageFaults } from "../testdata/memory-server.ts";
import { runCase } from "./contract.ts";
import { describeRegistryOutageContract, registryOutageContract } from "./registry-outage-contract.ts";

describeRegistryOutageContract("a server in memory", () => memoryServer());

test.each<[string, OutageFaults, RegExp]>([
  ["does not register again", { neverRegistersAgain: true }, /ten times|comes back at once/],
  ["ends its watches", { watchesEnd: true }, /keep what they knew/],
  ["believes in an empty list", { listsNothingWhenAway: true }, /keep what they knew/],
  ["lets calls hang", { callsHang: true }, /calls fail in time|hangs for a while/],
  ["does not say where the server is", { saysNotWhere: true }, /calls fail in time/],
  ["trusts dead connections", { trustsDeadConnections: true }, /died/],
  ["ignores signals", { ignoresSignals: true }, /signal gives up/],
  ["goes on renewing what was deregistered", { keepsRenewing: true }, /does not come back/],
  ["closes slowly", { closesSlowly: true }, /closing/],
])("a registry that %s does not hold the contract", async (_, faults, broken) => {
  // Only the cases that are to notice.
  const cases = registryOutageContract.filter(({ name }) => broken.test(name));
  expect(cases.length).toBeGreaterThan(0);
  for (const one of cases)
    await expect(
      runCase(one, () => memoryServer(faults)),
      one.name,
    ).rejects.toThrow();
});
