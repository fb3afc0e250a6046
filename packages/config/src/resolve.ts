import type { ConfigKeyValue } from "@kratos-ts/core";
import { ConfigError, messageOf } from "./config-error.ts";
import { builtInDecoders, type ConfigDecoder, decode } from "./formats.ts";
import { fillPlaceholders, PlaceholderError } from "./placeholders.ts";
import { type ConfigTree, getOwn, type MutableTree, mergeInto, treeOf } from "./tree.ts";

/** What one source holds. */
export interface SourceContent {
  readonly source: string;
  readonly keyValues: readonly ConfigKeyValue[];
}

export interface ResolveTreeOptions {
  readonly resolveActualTypes: boolean;
  readonly decoders: Readonly<Record<string, ConfigDecoder>>;
}

/** The sources as one tree, and which of them a value came from. */
export interface ResolvedTree {
  readonly tree: ConfigTree;
  /** The source and key that decided the value at a path, or what holds it; empty when none has it. */
  origin(path: readonly string[]): { readonly source?: string; readonly key?: string };
}

interface DecodedKey {
  readonly source: string;
  readonly key: string;
  readonly tree: ConfigTree;
}

/** Decodes, merges and fills. Throws a ConfigError that names source and key. */
export function resolveTree(contents: readonly SourceContent[], options: ResolveTreeOptions): ResolvedTree {
  const decoders = { ...builtInDecoders, ...options.decoders };
  const decoded = contents.flatMap(({ source, keyValues }) =>
    keyValues.map((keyValue) => ({ source, key: keyValue.key, tree: decodeKey(source, keyValue, decoders) })),
  );
  const merged: MutableTree = {};
  for (const { tree } of decoded) mergeInto(merged, tree);
  const origin = (path: readonly string[]) => originOf(decoded, path);
  try {
    return { tree: fillPlaceholders(merged, { actualTypes: options.resolveActualTypes }), origin };
  } catch (cause) {
    if (!(cause instanceof PlaceholderError)) throw cause;
    throw new ConfigError([{ path: cause.path, ...origin(cause.path.split(".")), message: cause.message }], { cause });
  }
}

function decodeKey(source: string, keyValue: ConfigKeyValue, decoders: Record<string, ConfigDecoder>): ConfigTree {
  const { key, value, format } = keyValue;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(value);
    if (format === undefined) return treeOf(key, text);
    if (!Object.hasOwn(decoders, format))
      throw new Error(`expected one of the formats ${Object.keys(decoders).join(", ")}, got ${JSON.stringify(format)}`);
    return decode(text, decoders[format]!);
  } catch (cause) {
    const as = format === undefined ? "text in UTF-8" : `${format}`;
    throw new ConfigError([{ source, key, message: `can't be read as ${as}: ${messageOf(cause)}` }], { cause });
  }
}

function originOf(decoded: readonly DecodedKey[], path: readonly string[]): { source?: string; key?: string } {
  for (let length = path.length; length > 0; length--) {
    const found = decoded.findLast(({ tree }) => has(tree, path.slice(0, length)));
    if (found !== undefined) return { source: found.source, key: found.key };
  }
  return {};
}

function has(tree: ConfigTree, path: readonly string[]): boolean {
  let value: unknown = tree;
  for (const key of path) {
    value = Array.isArray(value) ? (value as unknown[])[Number(key)] : getOwn(value, key);
    if (value === undefined) return false;
  }
  return true;
}
