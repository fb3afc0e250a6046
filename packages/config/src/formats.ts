import { parseEnv } from "node:util";
import { parse as parseToml } from "smol-toml";
import { parseDocument } from "yaml";
import { plainTree } from "./plain-tree.ts";
import { type ConfigTree, type MutableTree, mergeInto, treeOf } from "./tree.ts";

/** Reads the text of one format to an object. Throws an Error that says what was wrong and where. */
export type ConfigDecoder = (text: string) => unknown;

export const builtInDecoders: Readonly<Record<string, ConfigDecoder>> = {
  json: readJson,
  yaml: readYaml,
  yml: readYaml,
  toml: (text) => parseToml(text, { integersAsBigInt: "asNeeded" }),
  env: readEnv,
};

/** Decodes one value to a tree. Throws an Error. */
export function decode(text: string, decoder: ConfigDecoder): ConfigTree {
  return text.trim() === "" ? {} : plainTree(decoder(text));
}

function readJson(text: string): unknown {
  return JSON.parse(text, withAllDigits as (this: unknown, key: string, value: unknown) => unknown);
}

/** Integers that a number can't hold as bigint. The third argument is newer than TypeScript's types of it. */
function withAllDigits(_: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value) || context?.source === undefined) return value;
  return /^-?\d+$/.test(context.source) ? BigInt(context.source) : value;
}

function readYaml(text: string): unknown {
  // Merge keys (`<<`) are not of YAML 1.2, but every YAML configuration knows them.
  const document = parseDocument(text, { version: "1.2", merge: true, intAsBigInt: true, logLevel: "error" });
  const error = document.errors[0];
  if (error !== undefined) throw error;
  return document.toJS({ maxAliasCount: 100 });
}

/** Lines of `NAME=value`; dots in names are paths. */
function readEnv(text: string): ConfigTree {
  const tree: MutableTree = {};
  for (const [name, value] of Object.entries(parseEnv(text))) mergeInto(tree, treeOf(name, value ?? ""));
  return tree;
}
