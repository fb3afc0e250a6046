import { create, type DescField, type DescMessage } from "@bufbuild/protobuf";
import { scalarZeroValue } from "@bufbuild/protobuf/reflect";
import { isWrapperDesc } from "@bufbuild/protobuf/wkt";
import { holdsJson } from "./local-form.ts";

/** Makes what an empty body stands for: the empty message, or a field's value when it has none. */
export function emptyValue(type: DescMessage | DescField): () => unknown {
  if (type.kind === "message") return () => create(type);
  switch (type.fieldKind) {
    case "list":
      return () => [];
    case "map":
      return () => ({});
    case "message":
      if (holdsJson(type)) return () => ({});
      if (type.oneof === undefined && isWrapperDesc(type.message))
        return () => scalarZeroValue(type.message.fields[0]!.scalar!, false);
      return () => create(type.message);
    case "enum":
      return () => type.enum.values[0]!.number;
    case "scalar":
      return () => scalarZeroValue(type.scalar, type.longAsString);
  }
}
