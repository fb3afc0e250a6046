import type { ValueCodec } from "@kratos-ts/core";
import { hostileCases } from "./codec-hostile.ts";
import { valueCases } from "./codec-values.ts";
import { type ContractCase, type ContractFactory, describeContract } from "./contract.ts";

/** The limits that all codecs have as options. */
export interface CodecLimits {
  readonly maxBytes: number;
  readonly maxDepth: number;
}

/** A codec under test. */
export interface CodecSubject {
  readonly codec: ValueCodec;
}

export type CodecCase = ContractCase<CodecSubject, CodecLimits>;

/** What every implementation of core's `ValueCodec` holds. */
export const codecContract: readonly CodecCase[] = [...valueCases, ...hostileCases];

/** Tests a codec; `factory` makes one with these limits. */
export function describeCodecContract(name: string, factory: ContractFactory<CodecSubject, CodecLimits>): void {
  describeContract(`${name} is a ValueCodec`, codecContract, factory);
}
