import { create, type DescField, type DescMessage, fromJson, type JsonValue, ScalarType } from "@bufbuild/protobuf";
import {
  AnySchema,
  anyPack,
  DurationSchema,
  isWrapperDesc,
  ListValueSchema,
  FeatureSet_FieldPresence as Presence,
  ValueSchema,
} from "@bufbuild/protobuf/wkt";
import { ItemSchema } from "./gen/interop/v1/interop_pb.ts";

export interface Random {
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number;
  pick<T>(items: readonly T[]): T;
}

/** mulberry32: small, and the same numbers for the same seed. */
export function randomOf(start: number): Random {
  let state = start | 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return { below, pick: (items) => items[below(items.length)]! };
}

/** An init with some of the fields, half of them at most; `flat`: only those that a form can name. */
export function randomInit(desc: DescMessage, random: Random, depth: number, flat = false): Record<string, unknown> {
  const init: Record<string, unknown> = {};
  const oneOf = 2 + random.below(5);
  for (const member of desc.members) {
    const isRequired = member.kind === "field" && member.presence === Presence.LEGACY_REQUIRED;
    const field = member.kind === "oneof" ? random.pick(member.fields) : member;
    if ((random.below(oneOf) > 0 && !isRequired) || (depth > 3 && field.message) || (flat && isNested(field))) continue;
    const value = randomField(field, random, depth, flat);
    init[member.localName] = member.kind === "oneof" ? { case: field.localName, value } : value;
  }
  return init;
}

/** What no query says: lists and maps of messages, and JSON within a message. */
function isNested({ fieldKind, message }: DescField): boolean {
  if (message === undefined) return false;
  const isText = message.fields[0]?.name !== "id" && !/Any|Value$|Empty/.test(message.typeName);
  if (fieldKind === "list" || fieldKind === "map") return !isText && !isWrapperDesc(message);
  return /Struct|ListValue/.test(message.typeName);
}

function randomField(field: DescField, random: Random, depth: number, flat: boolean): unknown {
  const one = () => randomValue(field, random, depth + 1, flat);
  const size = random.below(4);
  if (field.fieldKind === "list") return Array.from({ length: size }, one);
  if (field.fieldKind !== "map") return one();
  return Object.fromEntries(Array.from({ length: size }, () => [String(randomScalar(field.mapKey, random)), one()]));
}

function randomValue(field: DescField, random: Random, depth: number, flat: boolean): unknown {
  if (field.enum !== undefined) return random.pick(field.enum.values).number;
  if (field.message === undefined) return toLocal(field, randomScalar(field.scalar!, random));
  const name = field.message.typeName;
  if (isWrapperDesc(field.message)) {
    const value = randomScalar(field.message.fields[0]!.scalar!, random);
    return field.fieldKind === "message" && field.oneof === undefined ? value : { $typeName: name, value };
  }
  if (name === "google.protobuf.Timestamp")
    return { seconds: BigInt(random.below(2 ** 31) - 2 ** 30) * 50n, nanos: randomNanos(random) };
  if (name === "google.protobuf.Duration") {
    const sign = random.pick([-1, 1]);
    return { seconds: BigInt(sign * random.below(2 ** 31)), nanos: sign * randomNanos(random) || 0 };
  }
  if (name === "google.protobuf.FieldMask") return { paths: random.pick([[], ["a"], ["nested.child_one", "b_c.d"]]) };
  if (name === "google.protobuf.Struct") return { a: randomJson(random, 0), [randomText(random)]: null };
  if (name === "google.protobuf.Value")
    return fromJson(ValueSchema, flat ? random.pick([true, -1.5, "a", null]) : randomJson(random, 0));
  if (name === "google.protobuf.ListValue") return fromJson(ListValueSchema, [randomJson(random, 0), 1]);
  if (name === "google.protobuf.Any") {
    const inner = random.pick([anyPack(ItemSchema, create(ItemSchema, { id: randomText(random) })), create(AnySchema)]);
    return random.below(2) === 0 ? inner : anyPack(DurationSchema, create(DurationSchema, { seconds: 3n }));
  }
  return randomInit(field.message, random, depth, flat);
}

function toLocal(field: DescField, value: unknown): unknown {
  const asString = "longAsString" in field && field.longAsString && typeof value === "bigint";
  return asString ? String(value) : value;
}

// Each needs escaping somewhere, or is a trap for a careless object.
const texts = [
  "",
  "a",
  "a b",
  'q"\\/\n\u0001',
  "é你好😀",
  "__proto__",
  "constructor",
  "a.b[c]&d=e;%zz+",
  "\u2028",
  "x".repeat(200),
  '"é😀\\'.repeat(60),
];

function randomText(random: Random): string {
  return random.pick(texts) + random.pick(["", "", String(random.below(1000))]);
}

function randomNanos(random: Random): number {
  return random.pick([0, 5, 120_000_000, 150_000, random.below(1_000_000_000)]);
}

function randomBig(random: Random, min: bigint, max: bigint): bigint {
  return random.pick([
    0n,
    1n,
    min,
    max,
    BigInt(random.below(2 ** 31)),
    (BigInt(random.below(2 ** 31)) * 4_294_967_311n) / 7n,
  ]);
}

function randomDouble(random: Random): number {
  const any = (random.below(2 ** 31) / 1000) * 10 ** (random.below(40) - 20);
  return random.pick([
    0,
    -0,
    1,
    -1.5,
    0.1,
    1e21,
    1e-7,
    5e-324,
    1.7976931348623157e308,
    Number.NaN,
    1 / 0,
    -1 / 0,
    any,
    any,
  ]);
}

function randomScalar(scalar: ScalarType, random: Random): unknown {
  switch (scalar) {
    case ScalarType.STRING:
      return randomText(random);
    case ScalarType.BOOL:
      return random.below(2) === 1;
    case ScalarType.BYTES:
      return Uint8Array.from({ length: random.pick([0, 1, 2, 3, 20, 300]) }, () => random.below(256));
    case ScalarType.DOUBLE:
      return randomDouble(random);
    case ScalarType.FLOAT:
      // Values that are the same in decimals and as floats.
      return random.pick([0, -0, 0.5, -1.25, random.below(2 ** 20) / 8, Number.NaN, Number.POSITIVE_INFINITY]);
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return random.pick([0, 1, 2 ** 32 - 1, random.below(2 ** 32)]);
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return randomBig(random, 0n, 2n ** 64n - 1n);
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return randomBig(random, -(2n ** 63n), 2n ** 63n - 1n);
    default:
      return random.pick([0, 1, -1, 2 ** 31 - 1, -(2 ** 31), random.below(2 ** 31)]);
  }
}

function randomJson(random: Random, depth: number): JsonValue {
  const leaf = random.pick([null, true, false, 0, -1.5, 1e21, "", randomText(random)]);
  if (depth > 2) return leaf;
  return random.pick([
    leaf,
    [leaf, randomJson(random, depth + 1)],
    { [randomText(random)]: randomJson(random, depth + 1) },
  ]);
}
