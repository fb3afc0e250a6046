import type { Discovery, Registrar } from "@kratos-ts/core";
import { type ContractCase, type ContractFactory, describeContract } from "./contract.ts";
import { closingCases } from "./registry-closing.ts";
import { dataCases } from "./registry-data.ts";
import { registrationCases } from "./registry-registration.ts";
import { watchCases } from "./registry-watch.ts";

/** A registry as plugins make it: disposing of it deregisters what it registered, and ends its watches. */
export type Registry = Registrar & Discovery & AsyncDisposable;

/** A backend under test. It may hold instances of other tests: the cases use services of their own. */
export interface RegistrySubject extends AsyncDisposable {
  /** A registry with connections and state of its own, as another process would have it. Disposed of with the subject. */
  connect(): Promise<Registry>;
  /** After how long an instance without a sign of life is gone, in ms: as short as the backend allows. */
  readonly ttlMs: number;
}

export type RegistryCase = ContractCase<RegistrySubject>;

/** What every implementation of core's `Registrar` and `Discovery` holds. */
export const registryContract: readonly RegistryCase[] = [
  ...dataCases,
  ...registrationCases,
  ...watchCases,
  ...closingCases,
];

/** Tests a registry; `factory` prepares the backend for one case. */
export function describeRegistryContract(name: string, factory: ContractFactory<RegistrySubject>): void {
  describeContract(`${name} is a Registrar and a Discovery`, registryContract, factory);
}
