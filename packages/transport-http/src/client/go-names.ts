import type { DescMessage } from "@bufbuild/protobuf";

/** The name that protoc-gen-go gives to a field or oneof: `choice_text` → `ChoiceText`. */
export function goName(name: string): string {
  return name.replace(/(^|_|\d)([a-z])/g, (_, before: string, letter: string) => {
    return (before === "_" ? "" : before) + letter.toUpperCase();
  });
}

// Struct, Value and ListValue bring their own JSON in Go, which is protojson's; Empty has no fields.
const sameInBoth = new Set(["Struct", "Value", "ListValue", "Empty"].map((name) => `google.protobuf.${name}`));

/** Whether `encoding/json` of Go writes a well-known type in another way than protojson does. */
export function hasGoForm({ typeName }: DescMessage): boolean {
  return typeName.startsWith("google.protobuf.") && !sameInBoth.has(typeName);
}
