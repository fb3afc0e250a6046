import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { ConfigError } from "./config-error.ts";
import { checkMessage } from "./message-schema.ts";
import type { ResolvedTree } from "./resolve.ts";
import type { ConfigTree } from "./tree.ts";

/** What the configuration must be: a Standard Schema (zod, valibot, arktype), or a Protobuf message's descriptor. */
export type ConfigSchema = StandardSchemaV1 | DescMessage;

/** What a schema makes of the configuration. */
export type ConfigOf<S> = S extends DescMessage
  ? MessageShape<S>
  : S extends StandardSchemaV1
    ? StandardSchemaV1.InferOutput<S>
    : ConfigTree;

/** Checks and converts a tree. Throws a ConfigError that names each value that is wrong and where it came from. */
export async function checkTree(schema: ConfigSchema | undefined, resolved: ResolvedTree): Promise<unknown> {
  if (schema === undefined) return resolved.tree;
  return "~standard" in schema ? await checkStandard(schema, resolved) : checkMessage(schema, resolved);
}

/** @see https://standardschema.dev */
async function checkStandard(schema: StandardSchemaV1, { tree, origin }: ResolvedTree): Promise<unknown> {
  // A copy: a schema may change what it is given.
  const result = await schema["~standard"].validate(structuredClone(tree));
  if (result.issues === undefined) return result.value;
  throw new ConfigError(
    result.issues.map(({ path = [], message }) => {
      const keys = path.map((part) => String(typeof part === "object" ? part.key : part));
      return keys.length === 0 ? { message } : { path: keys.join("."), ...origin(keys), message };
    }),
  );
}
