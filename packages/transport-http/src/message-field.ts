import type { DescField } from "@bufbuild/protobuf";

type Fields = Record<string, unknown>;

/** The value of a field in a message, or in an init of one; undefined when it is not set. */
export function getField(message: unknown, field: DescField): unknown {
  const fields = message as Fields;
  if (field.oneof === undefined) return fields[field.localName];
  const chosen = fields[field.oneof.localName] as { case?: string; value?: unknown } | undefined;
  return chosen?.case === field.localName ? chosen.value : undefined;
}

export function setField(message: unknown, field: DescField, value: unknown): void {
  const fields = message as Fields;
  if (field.oneof === undefined) fields[field.localName] = value;
  else fields[field.oneof.localName] = { case: field.localName, value };
}
