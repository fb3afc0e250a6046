import type { DescMessage } from "@bufbuild/protobuf";
import { isWrapperDesc } from "@bufbuild/protobuf/wkt";

/** The types of google.protobuf that Protobuf JSON gives a form of its own. */
export type WellKnownKind =
  | "Any"
  | "Timestamp"
  | "Duration"
  | "FieldMask"
  | "Struct"
  | "Value"
  | "ListValue"
  | "wrapper";

const kinds: ReadonlySet<string> = new Set([
  "Any",
  "Timestamp",
  "Duration",
  "FieldMask",
  "Struct",
  "Value",
  "ListValue",
]);

export function wellKnownKind(desc: DescMessage): WellKnownKind | undefined {
  if (!desc.typeName.startsWith("google.protobuf.")) return undefined;
  if (isWrapperDesc(desc)) return "wrapper";
  const name = desc.typeName.slice("google.protobuf.".length);
  return kinds.has(name) ? (name as WellKnownKind) : undefined;
}
