import type { BreakableNetwork, StoppableServer } from "./breakable.ts";
import { type ContractCase, type ContractFactory, describeContract } from "./contract.ts";
import type { Registry } from "./registry-contract.ts";
import { networkOutageCases } from "./registry-outage-network.ts";
import { serverOutageCases } from "./registry-outage-server.ts";

/** A backend whose server and network fail. */
export interface RegistryOutageSubject extends AsyncDisposable {
  /** A registry of its own, through the network or past it. Disposed of with the subject. */
  connect(options: { readonly through: "network" | "nothing" }): Promise<Registry>;
  readonly server: StoppableServer;
  readonly network: BreakableNetwork;
  /** After how long an instance without a sign of life is gone, in ms: as short as the backend allows. */
  readonly ttlMs: number;
  /** How long a call may take, and how long a silent connection is believed in, in ms: a second or less. */
  readonly timeoutMs: number;
}

export type RegistryOutageCase = ContractCase<RegistryOutageSubject>;

/** What every registry with a server holds while that is away, and afterwards. */
export const registryOutageContract: readonly RegistryOutageCase[] = [...serverOutageCases, ...networkOutageCases];

/** Tests a registry in outages; `factory` starts a server and a network for one case. */
export function describeRegistryOutageContract(name: string, factory: ContractFactory<RegistryOutageSubject>): void {
  describeContract(`${name} survives outages`, registryOutageContract, factory);
}
