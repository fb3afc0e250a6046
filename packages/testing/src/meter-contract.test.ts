import { expect, test } from "vitest";
import { listMeter, type MeterFaults } from "../testdata/list-meter.ts";
import { runCase } from "./contract.ts";
import { describeMeterContract, meterContract } from "./meter-contract.ts";

describeMeterContract("a list of values", () => listMeter());

test.each<[string, MeterFaults, string]>([
  ["counts twice", { add: (a, b) => a + 2 * b }, "counts by one, and by more"],
  ["takes what is set for the last word", { add: (_, b) => b }, "sets a gauge, and adds to what was set"],
  ["puts a bound into the next bucket", { isWithin: (value, bound) => value < bound }, "a bound being part"],
  ["takes all labels for the same", { keyOf: () => "" }, "each set of label values apart"],
  ["joins label values", { keyOf: (labels) => Object.values(labels).join() }, "look alike when they are joined"],
  ["keeps everything", { max: Number.POSITIVE_INFINITY }, "bounds how many sets"],
  ["takes a gauge for a counter", { careless: true }, "refuses another kind of instrument"],
  ["takes other labels for its own", { careless: true }, "refuses other labels"],
  ["forgets its instruments", { forgetful: true }, "the same instrument for the same name"],
])("a meter that %s does not hold the contract", async (_, faults, broken) => {
  const failed: string[] = [];
  for (const one of meterContract) await runCase(one, () => listMeter(faults)).catch(() => failed.push(one.name));
  expect(failed).toContainEqual(expect.stringContaining(broken));
});
