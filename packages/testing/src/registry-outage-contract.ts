import { type ContractCase, type ContractFactory, describeContract } from "./contract.ts";
import type { Registry } from "./registry-contract.ts";
import { networkOutageCases } from "./registry-outage-network.ts";
import { serverOutageCases } from "./registry-outage-server.ts";

/** The server of a backend, as its tests stop it. */
export interface StoppableServer {
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
  /** Starts it again, with or without the data that it had; resolves when it answers. */
  restart(): Promise<void>;
  /** Stops it in its tracks, and lets it go on. */
  pause(): void;
  resume(): void;
}

/** The network between registries and the server, as its tests break it. */
export interface BreakableNetwork {
  /** Resets all connections, and each new one at once. */
  cut(): void;
  /** Nothing gets through; after `heal` it does. */
  drop(): void;
  /** Nothing gets through old connections, ever; new ones work. */
  strand(): void;
  /** Everything takes so long in each direction, in ms. */
  delay(ms: number): void;
  heal(): void;
}

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
