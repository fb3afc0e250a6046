import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { isPlainMessageField } from "./local-form.ts";
import { textWriter, type WriteText } from "./query/write-text.ts";

/** A field of a message, or of a message within it, as path templates name them. */
export interface FieldPath {
  /** The path in original names, such as `item.id`. */
  readonly path: string;
  readonly fields: readonly DescField[];
  /** The field's value as text, unescaped; empty when it is not there. Takes a message or an init of one. */
  get(message: unknown): string;
}

/** Names may be original or JSON names. Throws an Error when the path names no field, or one that has no text form. */
export function compileFieldPath(desc: DescMessage, path: string): FieldPath {
  const fields = resolve(desc, path);
  const last = fields.at(-1) as DescField;
  const write = pathTextWriter(last);
  if (write === undefined || last.fieldKind === "map")
    throw new Error(`the field ${path} of ${desc.typeName} has no text form, so it can't be in a path`);
  return {
    path: fields.map((field) => field.name).join("."),
    fields,
    get: (message) => {
      let value: unknown = message;
      for (const field of fields) value = valueIn(value, field);
      // Of a list Go puts the first into a path.
      if (Array.isArray(value)) [value] = value;
      return value == null ? "" : write(value);
    },
  };
}

function resolve(root: DescMessage, path: string): DescField[] {
  const fields: DescField[] = [];
  let desc: DescMessage | undefined = root;
  for (const name of path.split(".")) {
    const before = fields.at(-1);
    if (desc === undefined || (before !== undefined && !isPlainMessageField(before)))
      throw new Error(`the path ${path} in ${root.typeName} goes through ${before?.name}, which is no message`);
    const field = fieldNamed(desc, name);
    if (field === undefined) throw new Error(`${root.typeName} has no field ${path}: ${desc.typeName} has no ${name}`);
    fields.push(field);
    desc = field.message;
  }
  return fields;
}

function fieldNamed({ fields }: DescMessage, name: string): DescField | undefined {
  return fields.find((field) => field.name === name) ?? fields.find((field) => field.jsonName === name);
}

function valueIn(message: unknown, field: DescField): unknown {
  if (typeof message !== "object" || message === null) return undefined;
  const record = message as Record<string, unknown>;
  if (field.oneof === undefined) return Object.hasOwn(record, field.localName) ? record[field.localName] : undefined;
  const set = record[field.oneof.localName] as { case?: string; value?: unknown } | undefined;
  return set?.case === field.localName ? set.value : undefined;
}

function pathTextWriter(field: DescField): WriteText | undefined {
  const write = textWriter(field);
  const isBytes = field.scalar === ScalarType.BYTES || field.message?.typeName === "google.protobuf.BytesValue";
  // Standard base64 is all that Go reads; but a slash would split the segment, however it is escaped.
  if (isBytes && write !== undefined) return (value) => withoutSlash(write(value));
  return write;
}

function withoutSlash(base64: string): string {
  return base64.includes("/") ? base64.replaceAll("+", "-").replaceAll("/", "_") : base64;
}
