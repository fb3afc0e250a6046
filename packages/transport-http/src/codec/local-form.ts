import type { DescField } from "@bufbuild/protobuf";

/**
 * Whether a field's values are plain JSON objects: protobuf-es holds a `google.protobuf.Struct` so everywhere but in a
 * `google.protobuf.Value`.
 */
export function holdsJson(field: DescField): boolean {
  return field.message?.typeName === "google.protobuf.Struct" && field.parent.typeName !== "google.protobuf.Value";
}
