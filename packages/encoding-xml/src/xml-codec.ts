import { create, type DescField, type DescMessage, type Message } from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import type { CompiledCodec, MessageCodec } from "@kratos-ts/core";
import { goTypeName } from "./go-names.ts";
import { MessageReader, messageReaderOf } from "./message-reader.ts";
import { readDocument } from "./read-document.ts";
import type { XmlForms } from "./value-text.ts";
import { writeElement, writeField } from "./write-message.ts";

export type { XmlForms } from "./value-text.ts";

export interface XmlCodecOptions {
  /**
   * How values are written. `go`: as Go's `encoding/xml` writes the generated structs, which a Go peer can read.
   * `json`: enums by name, bytes in base64, and the types of google.protobuf as the text that Protobuf JSON has for them.
   * Default `go`.
   */
  forms?: XmlForms | undefined;
  /** The longest body that is read, in bytes. Default 4 MiB. */
  maxBytes?: number | undefined;
  /** How deep elements may lie within each other. Default 100. */
  maxDepth?: number | undefined;
}

/** What the readers and writers need of the options. */
export interface XmlSettings {
  readonly forms: XmlForms;
  readonly maxBytes: number;
  readonly maxDepth: number;
}

/**
 * `application/xml` as Go Kratos has it: the root is named after the message, each element after a field, as
 * protoc-gen-go names them. Decoding throws a KratosError 400 `CODEC` that names line, column and element.
 * Throws a RangeError for limits that are no positive numbers.
 */
export function xmlCodec(options: XmlCodecOptions = {}): MessageCodec {
  const { forms = "go", maxBytes = 4 * 1024 * 1024, maxDepth = 100 } = options;
  for (const [name, limit] of Object.entries({ maxBytes, maxDepth }))
    if (!(limit > 0)) throw new RangeError(`xmlCodec: ${name} must be a positive number, got ${limit}`);
  const settings: XmlSettings = { forms, maxBytes, maxDepth };
  return {
    name: "xml",
    compile: (type) => (type.kind === "message" ? messageCodec(type, settings) : fieldCodec(type, settings)),
  };
}

function messageCodec(desc: DescMessage, settings: XmlSettings): CompiledCodec {
  return {
    encode: (value) => writeElement(goTypeName(desc), reflect(desc, create(desc, value as Message)), settings.forms),
    decode: (bytes) => {
      let message = reflect(desc);
      if (bytes.length === 0) return message.message;
      readDocument(
        bytes,
        settings,
        messageReaderOf(desc, settings.forms, (read) => (message = read)),
      );
      return message.message;
    },
  };
}

/** A field that is a whole body: a message stands for itself, anything else is in an element like its parent's. */
function fieldCodec(field: DescField, settings: XmlSettings): CompiledCodec {
  const { forms } = settings;
  const desc = field.fieldKind === "message" ? field.message : undefined;
  const rootOf = (parent: ReflectMessage): MessageReader =>
    new MessageReader(parent, { forms, only: field, done: () => {} });
  return {
    encode: (value) => {
      const parent = reflect(field.parent, parentOf(field, value));
      return desc === undefined
        ? `<${goTypeName(field.parent)}>${writeField(parent, field, forms)}</${goTypeName(field.parent)}>`
        : writeElement(goTypeName(desc), parent.get(field) as ReflectMessage, forms);
    },
    decode: (bytes) => {
      const parent = reflect(field.parent);
      const keep = (message: ReflectMessage) => parent.set(field, message);
      if (bytes.length > 0)
        readDocument(bytes, settings, desc === undefined ? rootOf(parent) : messageReaderOf(desc, forms, keep));
      else if (desc !== undefined) keep(reflect(desc));
      return valueIn(parent, field);
    },
  };
}

/** A message that has the field's value, in the form that messages hold it. */
function parentOf(field: DescField, value: unknown): Message {
  if (value == null) return create(field.parent);
  const { oneof, localName } = field;
  const init = oneof === undefined ? { [localName]: value } : { [oneof.localName]: { case: localName, value } };
  return create(field.parent, init as never);
}

function valueIn(parent: ReflectMessage, field: DescField): unknown {
  const record = parent.message as Message & Record<string, unknown>;
  if (field.oneof !== undefined) return (record[field.oneof.localName] as { value?: unknown }).value;
  return record[field.localName];
}
