import { LineCounter, parseDocument } from "yaml";
import { NodeReader } from "./node-reader.ts";
import type { YamlLimits } from "./yaml-codec.ts";
import { yamlError } from "./yaml-fault.ts";

/** Reads one document of YAML 1.2. Throws a KratosError 400 `CODEC`. */
export function readYaml(bytes: Uint8Array, limits: YamlLimits): unknown {
  const { maxBytes } = limits;
  if (bytes.length > maxBytes)
    throw yamlError({ expected: `at most ${maxBytes} bytes of YAML`, got: `${bytes.length}` });
  const text = textOf(bytes);
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    // Whatever the document says of itself in a %YAML line.
    schema: "core",
    version: "1.2",
    resolveKnownTags: false,
    merge: false,
    intAsBigInt: true,
    stringKeys: true,
    // NodeReader finds those that are given twice, in time that does not grow with the square of their number.
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: "error",
  });
  // What is only a warning to the parser, such as a tag it does not know, changes the value.
  const error = document.errors[0] ?? document.warnings[0];
  if (error === undefined) return new NodeReader(lines, limits).read(document.contents);
  const expected = explain(error);
  throw yamlError({ at: error.pos[0], expected, got: expected === wellFormed ? error.message : undefined }, lines);
}

const wellFormed = "YAML 1.2";

function explain({ code, message }: { code: string; message: string }): string {
  if (code === "MULTIPLE_DOCS") return "a single document";
  if (code === "TAG_RESOLVE_FAILED") return "no tags but those of the core schema";
  // The stack ran out: collections within collections are composed by recursion.
  if (message.startsWith("Maximum call stack")) return "less nesting";
  return wellFormed;
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw yamlError({ expected: "YAML in UTF-8", got: "other bytes" });
  }
}
