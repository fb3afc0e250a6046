import type { DescField } from "@bufbuild/protobuf";
import { isWrapperDesc } from "@bufbuild/protobuf/wkt";

/**
 * Whether a field's values are plain JSON objects: protobuf-es holds a `google.protobuf.Struct` so everywhere but in a
 * `google.protobuf.Value`.
 */
export function holdsJson(field: DescField): boolean {
  return field.message?.typeName === "google.protobuf.Struct" && field.parent.typeName !== "google.protobuf.Value";
}

/** Whether the field holds the bare value of a wrapper message (google.protobuf.StringValue and so on). */
export function isWrapperField(field: DescField): boolean {
  return field.fieldKind === "message" && field.oneof === undefined && isWrapperDesc(field.message);
}

/** Whether the field holds messages that a path can go through as they are. */
export function isPlainMessageField(field: DescField): boolean {
  return field.fieldKind === "message" && !isWrapperField(field) && !holdsJson(field);
}
