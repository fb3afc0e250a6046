import type { ConfigSource } from "@kratos-ts/core";
import { configLoadCases } from "./config-source-load.ts";
import { configWatchCases } from "./config-source-watch.ts";
import { type ContractCase, type ContractFactory, describeContract } from "./contract.ts";

/** A source under test, with a backend that can be written to. */
export interface ConfigSourceSubject extends AsyncDisposable {
  readonly source: ConfigSource;
  /** Makes the backend hold these texts, by key, and no others. A key is a name such as `app.yaml`. */
  write(texts: Readonly<Record<string, string>>): Promise<void>;
}

export type ConfigSourceCase = ContractCase<ConfigSourceSubject>;

/** What every implementation of core's `ConfigSource` that can be watched holds. */
export const configSourceContract: readonly ConfigSourceCase[] = [...configLoadCases, ...configWatchCases];

/** Tests a source; `factory` makes one whose backend is empty. */
export function describeConfigSourceContract(name: string, factory: ContractFactory<ConfigSourceSubject>): void {
  describeContract(`${name} is a ConfigSource`, configSourceContract, factory);
}
