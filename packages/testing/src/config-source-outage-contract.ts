import type { ConfigSource } from "@kratos-ts/core";
import type { BreakableNetwork, StoppableServer } from "./breakable.ts";
import { configSourceOutageCases } from "./config-source-outages.ts";
import { type ContractCase, type ContractFactory, describeContract } from "./contract.ts";

/** A source whose server and network fail. */
export interface ConfigSourceOutageSubject extends AsyncDisposable {
  /** Reaches the server through the network. */
  readonly source: ConfigSource & AsyncDisposable;
  /** Makes the backend hold these texts, by key, and no others; past the network. */
  write(texts: Readonly<Record<string, string>>): Promise<void>;
  /** It may lose what it held when it is killed. */
  readonly server: StoppableServer;
  readonly network: BreakableNetwork;
  /** How long a call may take, and how long a silent connection is believed in, in ms: a second or less. */
  readonly timeoutMs: number;
}

export type ConfigSourceOutageCase = ContractCase<ConfigSourceOutageSubject>;

/** What every source with a server holds while that is away, and afterwards. */
export const configSourceOutageContract: readonly ConfigSourceOutageCase[] = configSourceOutageCases;

/** Tests a source in outages; `factory` starts a server and a network for one case. */
export function describeConfigSourceOutageContract(
  name: string,
  factory: ContractFactory<ConfigSourceOutageSubject>,
): void {
  describeContract(`${name} survives outages`, configSourceOutageContract, factory);
}
