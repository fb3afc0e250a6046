import type { DescEnum, DescField, DescMessage, DescOneof, ScalarType } from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import type { ElementReader } from "./element-reader.ts";
import { messagePlan } from "./message-plan.ts";
import { readEnum, readScalar, type XmlForms } from "./value-text.ts";
import { hasText, readWellKnown } from "./well-known-text.ts";
import { quote, XmlFault } from "./xml-fault.ts";

interface MessageReaderOptions {
  readonly forms: XmlForms;
  /** Read this field alone, for bodies that are one field. */
  readonly only?: DescField;
  /** Called at the end of the element. */
  readonly done: (message: ReflectMessage) => void;
}

/** Reads elements into the fields of a message. Elements that stand for no field are skipped. */
export class MessageReader implements ElementReader {
  private readonly message: ReflectMessage;
  private readonly options: MessageReaderOptions;
  private readonly seen = new Set<DescField>();

  constructor(message: ReflectMessage, options: MessageReaderOptions) {
    this.message = message;
    this.options = options;
  }

  child(name: string): ElementReader | undefined {
    const member = messagePlan(this.message.desc).members.get(name);
    const { only } = this.options;
    if (member === undefined || (only !== undefined && member !== only && member !== only.oneof)) return undefined;
    return member.kind === "oneof" ? new OneofReader(this, member) : this.field(member);
  }

  field(field: DescField): ElementReader {
    const { message, seen } = this;
    const { forms } = this.options;
    if (field.fieldKind === "list") return valueReader(field, forms, (item) => message.get(field).add(item));
    if (field.fieldKind === "map") return new EntryReader(message, field, forms);
    if (seen.has(field)) throw new XmlFault("it once");
    if (field.oneof?.fields.some((other) => seen.has(other)))
      throw new XmlFault(`one member of the oneof ${field.oneof.name}`);
    seen.add(field);
    return valueReader(field, forms, (value) => message.set(field, value as never));
  }

  end(text: string): void {
    refuseText(text);
    this.options.done(this.message);
  }
}

/** A oneof as Go writes it: an element with the member in it. */
class OneofReader implements ElementReader {
  private readonly parent: MessageReader;
  private readonly oneof: DescOneof;

  constructor(parent: MessageReader, oneof: DescOneof) {
    this.parent = parent;
    this.oneof = oneof;
  }

  child(name: string): ElementReader | undefined {
    const member = messagePlan(this.oneof.parent).members.get(name);
    return member?.kind === "field" && member.oneof === this.oneof ? this.parent.field(member) : undefined;
  }

  end(text: string): void {
    refuseText(text);
  }
}

/** An entry of a map: the elements Key and Value, as the fields of an entry are called in Protobuf. */
class EntryReader implements ElementReader {
  private readonly message: ReflectMessage;
  private readonly field: DescField & { fieldKind: "map" };
  private readonly forms: XmlForms;
  private readonly entry: { key?: unknown; value?: unknown } = {};

  constructor(message: ReflectMessage, field: DescField & { fieldKind: "map" }, forms: XmlForms) {
    this.message = message;
    this.field = field;
    this.forms = forms;
  }

  child(name: string): ElementReader | undefined {
    const { entry, field, forms } = this;
    const part = name === "Key" || name === "key" ? "key" : name === "Value" || name === "value" ? "value" : undefined;
    if (part === undefined) return undefined;
    if (part in entry) throw new XmlFault("it once");
    entry[part] = undefined;
    return valueReader(part === "key" ? { scalar: field.mapKey } : field, forms, (value) => {
      entry[part] = value;
    });
  }

  end(text: string): void {
    refuseText(text);
    const { field, forms, entry } = this;
    const map = this.message.get(field);
    const key = "key" in entry ? entry.key : readScalar(field.mapKey, "", forms);
    if (map.has(key as never)) throw new XmlFault("each key once", quote(String(key)));
    if ("value" in entry) map.set(key as never, entry.value);
    else valueReader(field, forms, (value) => map.set(key as never, value)).end("");
  }
}

/** What a field, a list's item, a map's key or a map's value is made of. */
interface ValueKind {
  readonly message?: DescMessage | undefined;
  readonly enum?: DescEnum | undefined;
  readonly scalar?: ScalarType | undefined;
}

function valueReader(kind: ValueKind, forms: XmlForms, store: (value: unknown) => void): ElementReader {
  if (kind.message !== undefined) return messageReaderOf(kind.message, forms, store);
  return new TextReader((text) =>
    store(kind.enum === undefined ? readScalar(kind.scalar!, text, forms) : readEnum(kind.enum, text)),
  );
}

class TextReader implements ElementReader {
  readonly end: (text: string) => void;

  constructor(end: (text: string) => void) {
    this.end = end;
  }

  child(name: string): never {
    throw new XmlFault("text", `the element ${quote(name)}`);
  }
}

/** Reads one message, whatever its type. */
export function messageReaderOf(
  desc: DescMessage,
  forms: XmlForms,
  done: (message: ReflectMessage) => void,
): ElementReader {
  return hasText(desc) ? new WellKnownReader(desc, { forms, done }) : new MessageReader(reflect(desc), { forms, done });
}

/** A well-known type: elements for its fields, as in Go, or its text, as in Protobuf JSON. */
class WellKnownReader implements ElementReader {
  private readonly desc: DescMessage;
  private readonly options: MessageReaderOptions;
  private fields: MessageReader | undefined;

  constructor(desc: DescMessage, options: MessageReaderOptions) {
    this.desc = desc;
    this.options = options;
  }

  child(name: string): ElementReader | undefined {
    this.fields ??= new MessageReader(reflect(this.desc), this.options);
    return this.fields.child(name);
  }

  end(text: string): void {
    if (this.fields === undefined) this.options.done(readWellKnown(this.desc, text));
    else this.fields.end(text);
  }
}

function refuseText(text: string): void {
  const trimmed = text.trim();
  if (trimmed !== "") throw new XmlFault("elements", quote(trimmed));
}
