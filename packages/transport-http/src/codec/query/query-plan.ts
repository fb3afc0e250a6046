import type { DescField, DescMessage } from "@bufbuild/protobuf";
import { type MessageRecord, messageFactory } from "../message-factory.ts";
import { type MapKeyForm, mapKeyForm } from "../text/map-key-text.ts";
import { type BytesReader, bytesReader } from "./read-bytes.ts";
import { type TextReader, textReader } from "./read-text.ts";

/** A field as reading a query needs it. */
export interface QueryField {
  readonly desc: DescField;
  /** Its place among the fields of its message. */
  readonly index: number;
  /** How its values, or the entries of a list or map, are read; undefined when text can't be. */
  readonly reader: TextReader | undefined;
  /** Reads most of its values without a detour to text. */
  readonly readBytes: BytesReader | undefined;
  /** How the keys of a map are read; undefined for other fields. */
  readonly mapKey: MapKeyForm | undefined;
  /** Makes the message of a field that has one. */
  readonly make: (() => MessageRecord) | undefined;
}

/** The fields of a message by their original and their JSON names. */
export type QueryPlan = ReadonlyMap<string, QueryField>;

const plans = new WeakMap<DescMessage, QueryPlan>();

/** What is compiled of a descriptor depends on nothing else, so all share it. */
export function queryPlan(desc: DescMessage): QueryPlan {
  let plan = plans.get(desc);
  if (plan === undefined) {
    const fields = desc.fields.map(queryField);
    plan = new Map([
      ...fields.map((field) => [field.desc.jsonName, field] as const),
      ...fields.map((field) => [field.desc.name, field] as const),
    ]);
    plans.set(desc, plan);
  }
  return plan;
}

function queryField(desc: DescField, index: number): QueryField {
  return {
    desc,
    index,
    reader: textReader(desc),
    readBytes: bytesReader(desc),
    mapKey: desc.fieldKind === "map" ? mapKeyForm(desc.mapKey) : undefined,
    make: desc.fieldKind === "message" ? messageFactory(desc.message) : undefined,
  };
}
