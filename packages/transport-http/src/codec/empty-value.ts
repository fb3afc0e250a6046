import { create, type DescField, type DescMessage, type Message } from "@bufbuild/protobuf";
import { scalarZeroValue } from "@bufbuild/protobuf/reflect";
import { isWrapperDesc, NullValue, type ValueSchema } from "@bufbuild/protobuf/wkt";
import { holdsJson } from "./local-form.ts";

/** The empty message; a google.protobuf.Value has no such thing, and null comes nearest. */
export function emptyMessage(desc: DescMessage): Message {
  if (desc.typeName !== "google.protobuf.Value") return create(desc);
  return create(desc as typeof ValueSchema, { kind: { case: "nullValue", value: NullValue.NULL_VALUE } });
}

/** Makes what an empty body stands for: the empty message, or a field's value when it has none. */
export function emptyValue(type: DescMessage | DescField): () => unknown {
  if (type.kind === "message") return () => emptyMessage(type);
  switch (type.fieldKind) {
    case "list":
      return () => [];
    case "map":
      return () => ({});
    case "message":
      if (holdsJson(type)) return () => ({});
      if (type.oneof === undefined && isWrapperDesc(type.message))
        return () => scalarZeroValue(type.message.fields[0]!.scalar!, false);
      return () => emptyMessage(type.message);
    case "enum":
      return () => type.enum.values[0]!.number;
    case "scalar":
      return () => scalarZeroValue(type.scalar, type.longAsString);
  }
}
