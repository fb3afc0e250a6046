import type { DescField, DescMessage, DescOneof } from "@bufbuild/protobuf";
import type { TypeFinder } from "../any-types.ts";
import { Given } from "../given.ts";
import type { MessageRecord } from "../message-factory.ts";
import { likelyShape } from "../message-shape.ts";
import { fieldReader } from "./decode-field.ts";
import type { ReadValue } from "./decode-scalar.ts";
import { wellKnownReader } from "./decode-well-known.ts";
import { type JsonReader, openBrace } from "./json-reader.ts";

/** What the readers of one codec share: each message type is compiled once, when it is first met. */
export interface DecodeScope {
  readonly registry: TypeFinder | undefined;
  readonly messages: WeakMap<DescMessage, ReadValue>;
}

/** A field as the loop over an object's keys needs it. */
interface FieldPlan {
  readonly index: number;
  /** Its JSON name in quotes and a colon, as it stands in a body. */
  readonly key: Uint8Array;
  /** Whether `null` leaves it unset. */
  readonly nullable: boolean;
  /** Its oneof's place among the things that can be given once; -1 for none. */
  readonly oneof: number;
  readonly read: (reader: JsonReader, message: MessageRecord) => void;
}

/** Reads messages of a type. */
export function messageReader(desc: DescMessage, scope: DecodeScope): ReadValue {
  let read = scope.messages.get(desc);
  if (read === undefined) {
    // Compiled when it is first used: types may hold themselves.
    let compiled: ReadValue | undefined;
    read = (reader) => {
      compiled ??= wellKnownReader(desc, scope) ?? plainReader(desc, scope);
      return compiled(reader);
    };
    scope.messages.set(desc, read);
  }
  return read;
}

function plainReader(desc: DescMessage, scope: DecodeScope): ReadValue {
  const shapeNow = likelyShape(desc);
  const fields = fieldPlans(desc, scope);
  const byName = new Map<string, FieldPlan>();
  for (const [i, field] of desc.fields.entries()) byName.set(field.name, fields[i]!);
  for (const [i, field] of desc.fields.entries()) byName.set(field.jsonName, fields[i]!);
  const expected = `an object: ${desc.typeName}`;
  return (reader) => {
    const shape = shapeNow();
    const message = shape.make();
    if (!reader.enter(openBrace, expected)) return shape.finish(message);
    const given = new Given();
    let likely = 0;
    do {
      reader.peek();
      const start = reader.pos;
      // Writers keep the order of the fields, so the next key is known more often than not.
      let field = fields[likely];
      if (field === undefined || !reader.take(field.key)) {
        field = byName.get(reader.key());
        reader.colon();
      }
      if (field === undefined) {
        reader.skipValue();
        continue;
      }
      if (!given.add(field.index)) reader.fail("it only once, under one of its names", start);
      likely = field.index + 1;
      if (field.nullable && reader.isNull()) continue;
      if (field.oneof >= 0 && !given.add(field.oneof)) reader.fail("no second field of its oneof", start);
      field.read(reader, message);
    } while (reader.next(openBrace));
    return shape.finish(message);
  };
}

function fieldPlans(desc: DescMessage, scope: DecodeScope): FieldPlan[] {
  const oneofPlaces = new Map<DescOneof, number>(desc.oneofs.map((oneof, i) => [oneof, desc.fields.length + i]));
  const encoder = new TextEncoder();
  return desc.fields.map((field, index) => ({
    index,
    key: encoder.encode(`${JSON.stringify(field.jsonName)}:`),
    nullable: !holdsNull(field),
    oneof: field.oneof === undefined ? -1 : oneofPlaces.get(field.oneof)!,
    read: fieldReader(field, scope),
  }));
}

/** Whether `null` is a value of the field, and not its absence. */
function holdsNull(field: DescField): boolean {
  if (field.fieldKind === "message") return field.message.typeName === "google.protobuf.Value";
  return field.fieldKind === "enum" && field.enum.typeName === "google.protobuf.NullValue";
}
