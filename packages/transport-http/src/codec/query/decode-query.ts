import type { DescMessage, JsonObject } from "@bufbuild/protobuf";
import { scalarZeroValue } from "@bufbuild/protobuf/reflect";
import { codecError, quoteInput } from "../codec-error.ts";
import { Given } from "../given.ts";
import { holdsJson, isWrapperField } from "../local-form.ts";
import { type MessageRecord, setEntry } from "../message-factory.ts";
import type { FormName } from "./form-keys.ts";
import { forEachPair, notUtf8, unescapeQuery } from "./query-pairs.ts";
import { type QueryField, queryPlan } from "./query-plan.ts";
import {
  isPlainMessage,
  messageWithin,
  type Place,
  readText,
  setFieldText,
  setFieldValue,
  setMapText,
} from "./set-field.ts";

export interface DecodeQueryOptions {
  /** Refuse a malformed pair, as in a form body; otherwise it is dropped. */
  readonly strict: boolean;
}

/** A path within a query is never this long on purpose, and messages that deep can't be encoded. */
const maxSteps = 100;

/** Sets what a query says in a message. */
export function decodeQuery(
  desc: DescMessage,
  message: MessageRecord,
  rawQuery: string,
  { strict }: DecodeQueryOptions,
): void {
  const reading = new QueryReading(strict);
  forEachPair(rawQuery, (rawKey, rawValue, isPlain) => {
    if (isPlain) reading.set(desc, message, rawKey, rawValue);
    else reading.setPair(desc, message, rawKey, rawValue);
  });
}

type QueryText = string | typeof notUtf8;

/** How far a key has been followed: the message that its next name, from an offset on, is a field of. */
interface Position {
  readonly desc: DescMessage;
  readonly message: MessageRecord;
  /** The path up to here, in original names. */
  readonly path: string;
  readonly from: number;
}

/** One query being read: what has been given so far. */
export class QueryReading {
  private readonly strict: boolean;
  private readonly where: string;
  /** Fields of the whole message that have been given. */
  private readonly given = new Given();
  /** Fields of messages within it, by their paths. */
  private givenWithin: Set<string> | undefined;

  constructor(strict: boolean) {
    this.strict = strict;
    this.where = strict ? "form field" : "query parameter";
  }

  /** Sets the field that a key names, if there is one. */
  set(desc: DescMessage, message: MessageRecord, key: string, value: QueryText): void {
    const place: Place = { where: this.where, path: key };
    // Most keys are just a name.
    const field = queryPlan(desc).get(key);
    if (field !== undefined && field.mapKey === undefined) {
      if (field.desc.fieldKind !== "list" && !this.given.add(field.index)) refuseSecond(place);
      setFieldText(message, field, textOf(value, place), place);
      return;
    }
    let at: Position | undefined = { desc, message, path: "", from: 0 };
    for (let step = 0; at !== undefined; step++) {
      if (step > maxSteps) throw codecError({ ...place, expected: `no more than ${maxSteps} levels` });
      at = this.follow(at, key, value, place);
    }
  }

  /** Sets what a name resolved before stands for, to a text or to a value that has been read. */
  setNamed(message: MessageRecord, name: FormName, value: unknown): void {
    const { place, steps, leaf, mapKey } = name;
    let parent = message;
    for (let i = 0; i < steps.length; i++) parent = messageWithin(parent, steps[i]!, place);
    if (mapKey !== undefined) {
      const entries = parent[leaf.desc.localName] as Record<string, unknown>;
      setEntry(entries, mapKey, typeof value === "string" ? readText(leaf, value, place) : value);
    } else if (typeof value === "string") this.setLeaf(parent, leaf, name.originalPath, value, place);
    else {
      if (leaf.desc.fieldKind !== "list" && !this.isFirst(leaf, name.originalPath)) refuseSecond(place);
      setFieldValue(parent, leaf, value, place);
    }
  }

  /** Sets what a pair says, whatever it is. */
  setPair(desc: DescMessage, message: MessageRecord, rawKey: string, rawValue: string): void {
    const isSplit = rawKey.includes(";") || rawValue.includes(";");
    const key = isSplit ? undefined : unescapeQuery(rawKey);
    const value = isSplit ? undefined : unescapeQuery(rawValue);
    if (key === undefined || value === undefined) {
      if (!this.strict) return;
      throw codecError({ where: this.where, expected: "key=value, percent-encoded", got: quoteInput(rawKey) });
    }
    if (key !== notUtf8) this.set(desc, message, key, value);
  }

  /** Follows one name of a key: to the message below, or to the end, where the value is set. */
  private follow(at: Position, key: string, value: QueryText, place: Place): Position | undefined {
    const { desc, message, from } = at;
    if (desc.typeName === "google.protobuf.Struct") {
      setStructEntry(desc, message, key.slice(from), textOf(value, place), place);
      return undefined;
    }
    const end = endOfName(key, from);
    const field = queryPlan(desc).get(key.slice(from, end));
    const next = field?.mapKey === undefined ? endOfIndex(key, end) : end;
    if (field === undefined || next === undefined) return undefined;
    const path = at.path === "" ? field.desc.name : `${at.path}.${field.desc.name}`;
    if (field.mapKey !== undefined) setMapText(message, field, mapKeyIn(key, end, place), textOf(value, place), place);
    else if (next === key.length) this.setLeaf(message, field, path, textOf(value, place), place);
    else if (isPlainMessage(field))
      return { desc: field.desc.message!, message: messageWithin(message, field, place), path, from: next + 1 };
    else this.setBelow(message, field, path, key.slice(next + 1), value, place);
    return undefined;
  }

  private setLeaf(message: MessageRecord, field: QueryField, path: string, text: string, place: Place): void {
    if (field.desc.fieldKind !== "list" && !this.isFirst(field, path)) refuseSecond(place);
    setFieldText(message, field, text, place);
  }

  private isFirst(field: QueryField, path: string): boolean {
    if (!path.includes(".")) return this.given.add(field.index);
    this.givenWithin ??= new Set();
    if (this.givenWithin.has(path)) return false;
    this.givenWithin.add(path);
    return true;
  }

  /** A path that goes on below a field whose message is held as something else, or that has none. */
  private setBelow(
    message: MessageRecord,
    field: QueryField,
    path: string,
    rest: string,
    value: QueryText,
    place: Place,
  ): void {
    const { desc } = field;
    if (isWrapperField(desc)) {
      if (rest !== "value") return;
      const text = textOf(value, place);
      this.setLeaf(message, field, path, text, place);
      // The path made the wrapper, so an empty value is a value here.
      if (text === "") message[desc.localName] ??= zeroOf(field);
    } else if (desc.fieldKind === "message" && holdsJson(desc)) {
      message[desc.localName] ??= {};
      setEntry(message[desc.localName] as JsonObject, plainKey(rest, place), textOf(value, place));
    } else throw codecError({ ...place, expected: `nothing below ${desc.name}, which is no message` });
  }
}

function refuseSecond(place: Place): never {
  throw codecError({ ...place, expected: "one value" });
}

function zeroOf({ desc }: QueryField): unknown {
  return scalarZeroValue(desc.message!.fields[0]!.scalar!, false);
}

/** `fields[key]`, `fields.key` or just the key: each entry of a google.protobuf.Struct is text. */
function setStructEntry(desc: DescMessage, message: MessageRecord, rest: string, text: string, place: Place): void {
  const field = queryPlan(desc).get("fields")!;
  const hasName = rest.startsWith("fields[") || rest.startsWith("fields.");
  const key = hasName ? mapKeyIn(rest, "fields".length, place) : plainKey(rest, place);
  setMapText(message, field, key, text, place);
}

/** The key of a map's entry: what is in brackets, or after a dot, from `at` to the end. */
function mapKeyIn(path: string, at: number, place: Place): string {
  if (path[at] === "[" && path.endsWith("]")) return path.slice(at + 1, -1);
  if (path[at] === ".") return plainKey(path.slice(at + 1), place);
  throw codecError({ ...place, expected: "a map key in brackets, as in name[key]=value" });
}

function plainKey(key: string, place: Place): string {
  if (!key.includes(".")) return key;
  throw codecError({ ...place, expected: "one map key, in brackets if it has a dot" });
}

/** Where the name that begins at `from` ends: at a dot, a bracket or the end. */
function endOfName(key: string, from: number): number {
  for (let i = from; i < key.length; i++) {
    const char = key.charCodeAt(i);
    if (char === 0x2e || char === 0x5b) return i;
  }
  return key.length;
}

/** Past an index such as `[]` or `[0]`, which says nothing; undefined when what is there is none. */
function endOfIndex(key: string, at: number): number | undefined {
  if (key[at] !== "[") return at;
  const end = key.indexOf("]", at) + 1;
  return end > 0 && (end === key.length || key[end] === ".") ? end : undefined;
}

function textOf(value: QueryText, place: Place): string {
  if (value === notUtf8) throw codecError({ ...place, expected: "UTF-8" });
  return value;
}
