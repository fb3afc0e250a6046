import type { DescField } from "@bufbuild/protobuf";
import { scalarZeroValue } from "@bufbuild/protobuf/reflect";
import { Edition, isWrapperDesc, FeatureSet_FieldPresence as Presence } from "@bufbuild/protobuf/wkt";
import { holdsJson } from "../local-form.ts";
import { type EncodeScope, messageWriter, type WriteMessage } from "./encode-message.ts";
import { enumWriter, refuse, scalarWriter, type WriteValue } from "./encode-scalar.ts";
import { writeJson } from "./encode-well-known.ts";
import { JsonOutput, pieceOf } from "./json-output.ts";

/** Writes a field of a message that has it or not: `key` and the value, or nothing. */
export function fieldWriter(field: DescField, key: string, scope: EncodeScope): WriteMessage {
  const { localName } = field;
  const write = fieldValueWriter(field, key, scope);
  const unset = pieceOf(isAlwaysWritten(field) ? unsetText(field, key, write) : "");
  if (!hasDefaultInPrototype(field))
    return (out, message) => {
      const value = message[localName];
      if (value == null) out.piece(unset);
      else write(out, value);
    };
  return (out, message) => {
    const value = Object.hasOwn(message, localName) ? message[localName] : undefined;
    if (value != null) write(out, value);
    else if (field.presence === Presence.LEGACY_REQUIRED) refuse(field, "a value, it is required", undefined);
    else out.piece(unset);
  };
}

/** Whether the field is there even when it has no value: all but the optional fields of proto3. */
function isAlwaysWritten(field: DescField): boolean {
  return field.presence === Presence.IMPLICIT || !isPlain(field) || !isProto3(field);
}

function hasDefaultInPrototype(field: DescField): boolean {
  return field.presence !== Presence.IMPLICIT && isPlain(field) && !isProto3(field);
}

function isPlain(field: DescField): boolean {
  return field.fieldKind === "scalar" || field.fieldKind === "enum";
}

function isProto3(field: DescField): boolean {
  return field.parent.file.edition === Edition.EDITION_PROTO3;
}

function unsetText(field: DescField, key: string, write: WriteValue): string {
  if (field.fieldKind === "list") return `${key}[]`;
  if (field.fieldKind === "map") return `${key}{}`;
  if (field.fieldKind === "message" || field.presence !== Presence.IMPLICIT) return `${key}null`;
  const out = JsonOutput.take();
  write(out, field.fieldKind === "enum" ? field.enum.values[0]!.number : scalarZeroValue(field.scalar, false));
  return out.finish();
}

/** Writes the value of a field of any kind behind a prefix. */
export function fieldValueWriter(field: DescField, prefix: string, scope: EncodeScope): WriteValue {
  if (field.fieldKind === "list") return listWriter(field, prefix, itemWriter(field, "", scope));
  if (field.fieldKind === "map") return mapWriter(field, prefix, itemWriter(field, ":", scope));
  if (field.fieldKind === "message" && field.oneof === undefined && isWrapperDesc(field.message))
    return scalarWriter(field, field.message.fields[0]!.scalar!, prefix);
  return itemWriter(field, prefix, scope);
}

/** Writes one value: a singular field's, or an entry of a list or map. */
function itemWriter(field: DescField, prefix: string, scope: EncodeScope): WriteValue {
  if (field.message === undefined)
    return field.enum !== undefined
      ? enumWriter(field, field.enum, prefix)
      : scalarWriter(field, field.scalar!, prefix);
  const write = holdsJson(field) ? writeJson : messageWriter(field.message, scope);
  if (prefix === "") return write;
  const before = pieceOf(prefix);
  return (out, value) => {
    out.piece(before);
    write(out, value);
  };
}

const comma = 0x2c;

function listWriter(field: DescField, prefix: string, write: WriteValue): WriteValue {
  const open = pieceOf(`${prefix}[`);
  return (out, value) => {
    if (!Array.isArray(value)) return refuse(field, "an array", value);
    out.piece(open);
    for (let i = 0; i < value.length; i++) {
      if (i > 0) out.byte(comma);
      write(out, value[i]);
    }
    out.byte(0x5d);
  };
}

const firstKey = pieceOf('"');
const nextKey = pieceOf(',"');

function mapWriter(field: DescField, prefix: string, write: WriteValue): WriteValue {
  const open = pieceOf(`${prefix}{`);
  return (out, value) => {
    if (typeof value !== "object" || value === null) return refuse(field, "an object", value);
    const entries = value as Record<string, unknown>;
    const keys = Object.keys(entries);
    out.piece(open);
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]!;
      out.string(i === 0 ? firstKey : nextKey, key);
      write(out, entries[key]);
    }
    out.byte(0x7d);
  };
}
