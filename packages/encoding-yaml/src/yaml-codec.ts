import type { ValueCodec } from "@kratos-ts/core";
import { readYaml } from "./read-yaml.ts";
import { writeYaml } from "./write-yaml.ts";

export interface YamlCodecOptions {
  /**
   * The longest body that is read, in bytes, and the most that its aliases may make of it. YAML takes its time, about a
   * second for a megabyte, so this is less than a transport allows. Default 256 KiB.
   */
  maxBytes?: number | undefined;
  /** How deep lists and maps may lie within each other. Default 100. */
  maxDepth?: number | undefined;
}

/** The options, with their defaults. */
export interface YamlLimits {
  readonly maxBytes: number;
  readonly maxDepth: number;
}

/**
 * `application/yaml`: one document of YAML 1.2 in its core schema (https://yaml.org/spec/1.2.2/#103-core-schema).
 * Integers beyond 2^53 are read as bigint. Decoding throws a KratosError 400 `CODEC` that names line and column.
 * Throws a RangeError for limits that are no positive numbers.
 */
export function yamlCodec(options: YamlCodecOptions = {}): ValueCodec {
  const { maxBytes = 256 * 1024, maxDepth = 100 } = options;
  for (const [name, limit] of Object.entries({ maxBytes, maxDepth }))
    if (!(limit > 0)) throw new RangeError(`yamlCodec: ${name} must be a positive number, got ${limit}`);
  return {
    name: "yaml",
    encode: writeYaml,
    decode: (bytes) => readYaml(bytes, { maxBytes, maxDepth }) as ReturnType<ValueCodec["decode"]>,
  };
}
