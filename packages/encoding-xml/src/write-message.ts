import type { DescEnum, DescField, DescMessage, DescOneof, ScalarType } from "@bufbuild/protobuf";
import type { ReflectMessage } from "@bufbuild/protobuf/reflect";
import { FeatureSet_FieldPresence } from "@bufbuild/protobuf/wkt";
import { messagePlan } from "./message-plan.ts";
import { writeEnum, writeScalar, type XmlForms } from "./value-text.ts";
import { wellKnownText } from "./well-known-text.ts";
import { escapeText } from "./xml-text.ts";

/** An element with a message: its fields as elements, or the text of a well-known type. */
export function writeElement(name: string, message: ReflectMessage, forms: XmlForms): string {
  const text = forms === "json" ? wellKnownText(message) : undefined;
  return `<${name}>${text === undefined ? writeFields(message, forms) : escapeText(text)}</${name}>`;
}

function writeFields(message: ReflectMessage, forms: XmlForms): string {
  let xml = "";
  for (const member of message.members)
    xml += member.kind === "oneof" ? writeOneof(message, member, forms) : writeField(message, member, forms);
  return xml;
}

/** Go holds a oneof as a struct with the member that is set. */
function writeOneof(message: ReflectMessage, oneof: DescOneof, forms: XmlForms): string {
  const field = message.oneofCase(oneof);
  if (field === undefined) return "";
  const name = messagePlan(message.desc).names.get(oneof)!;
  return `<${name}>${writeField(message, field, forms)}</${name}>`;
}

/** The element of a field, those of a list's or map's items; nothing for what is not set and has presence. */
export function writeField(message: ReflectMessage, field: DescField, forms: XmlForms): string {
  const name = messagePlan(message.desc).names.get(field)!;
  switch (field.fieldKind) {
    case "list": {
      let xml = "";
      for (const item of message.get(field)) xml += writeValue(name, field, { value: item, forms });
      return xml;
    }
    case "map": {
      let xml = "";
      for (const [key, value] of message.get(field))
        xml += `<${name}><Key>${escapeText(String(key))}</Key>${writeValue("Value", field, { value, forms })}</${name}>`;
      return xml;
    }
    default:
      // Go holds a field without presence as a bare value, and writes it in any case.
      if (field.presence !== FeatureSet_FieldPresence.IMPLICIT && !message.isSet(field)) return "";
      return writeValue(name, field, { value: message.get(field), forms });
  }
}

/** What a field, a list's item or a map's value is made of. */
interface ValueKind {
  readonly message?: DescMessage | undefined;
  readonly enum?: DescEnum | undefined;
  readonly scalar?: ScalarType | undefined;
}

function writeValue(name: string, kind: ValueKind, { value, forms }: { value: unknown; forms: XmlForms }): string {
  if (kind.message !== undefined) return writeElement(name, value as ReflectMessage, forms);
  const text =
    kind.enum === undefined ? writeScalar(kind.scalar!, value, forms) : writeEnum(kind.enum, value as number, forms);
  return `<${name}>${escapeText(text)}</${name}>`;
}
