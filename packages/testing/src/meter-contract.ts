import type { Labels, Meter } from "@kratos-ts/core";
import { type ContractCase, type ContractFactory, describeContract } from "./contract.ts";
import { boundCases } from "./meter-bounds.ts";
import { instrumentCases } from "./meter-instruments.ts";
import { labelCases } from "./meter-labels.ts";

/** What has been counted for one set of label values. Labels without a value may be "" or left out. */
export interface CollectedPoint {
  readonly labels: Labels;
  /** Of counters and gauges. */
  readonly value?: number | undefined;
  /** Of histograms. */
  readonly count?: number | undefined;
  readonly sum?: number | undefined;
  /** How many values were no more than each bound, with all smaller ones. */
  readonly buckets?: ReadonlyMap<number, number> | undefined;
}

/** A meter under test, with a backend that can be read. */
export interface MeterSubject extends Partial<AsyncDisposable> {
  readonly meter: Meter;
  /** The points of the instrument of that name, as the backend has them; none when it has no such instrument. */
  collect(name: string): Promise<readonly CollectedPoint[]>;
}

export type MeterCase = ContractCase<MeterSubject>;

/** What every implementation of core's `Meter` holds. */
export const meterContract: readonly MeterCase[] = [...instrumentCases, ...labelCases, ...boundCases];

/** Tests a meter. */
export function describeMeterContract(name: string, factory: ContractFactory<MeterSubject>): void {
  describeContract(`${name} is a Meter`, meterContract, factory);
}
