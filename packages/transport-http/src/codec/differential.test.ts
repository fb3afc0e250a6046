import { inspect, isDeepStrictEqual } from "node:util";
import {
  create,
  createRegistry,
  type DescMessage,
  fromBinary,
  fromJson,
  fromJsonString,
  isMessage,
  type JsonValue,
  type Message,
  toBinary,
  toJson,
  toJsonString,
} from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema, file_google_protobuf_duration, ValueSchema } from "@bufbuild/protobuf/wkt";
import { HttpRuleSchema } from "@kratos-ts/core/proto/google/api/http_pb.js";
import { afterAll, describe, expect, it } from "vitest";
import {
  type Everything,
  EverythingSchema,
  file_interop_v1_interop,
  ItemSchema,
} from "../../testdata/gen/interop/v1/interop_pb.ts";
import { type Random, randomInit, randomOf } from "../../testdata/random-message.ts";
import { formCodec } from "./form-codec.ts";
import { createJsonCodec } from "./json-codec.ts";
import { protoCodec } from "./proto-codec.ts";
import { compileValueCodec } from "./value-codec.ts";

const cases = Number(process.env.KRATOS_DIFFERENTIAL_CASES ?? (process.env.CI === "true" ? 100_000 : 5000));
const seed = Number(process.env.KRATOS_DIFFERENTIAL_SEED ?? Date.now() % 2 ** 31);
const registry = createRegistry(file_interop_v1_interop, file_google_protobuf_duration);
const schemas: DescMessage[] = [EverythingSchema, FileDescriptorProtoSchema, HttpRuleSchema, ItemSchema];
const encoder = new TextEncoder();
const timeout = 600_000;

// So many cases for each kind: a case is a message, or what is no message, that goes through all that is compared.
const share = (percent: number): number => Math.ceil((cases * percent) / 100);
let done = 0;
let failed = 0;

describe(`codecs and protobuf-es on ${cases} random messages (KRATOS_DIFFERENTIAL_SEED=${seed})`, () => {
  // The checks of the repository show this line.
  const again = `KRATOS_DIFFERENTIAL_SEED=${seed} makes the same messages again`;
  afterAll(() => console.log(`${again}\ndifferential: ${done} cases (seed ${seed}), ${failed} failed`));

  const json = createJsonCodec({ registry });
  const values = compileValueCodec(
    { name: "values", encode: JSON.stringify, decode: parseJson },
    createJsonCodec({ registry }),
  );

  it("read and write the same JSON and binary", { timeout }, () => {
    each(share(40), (i) => {
      const desc = schemas[i % schemas.length]!;
      const random = randomOf(seed + i);
      const message = create(desc, randomInit(desc, random, 0) as never) as Message;
      // The null that stands for an absent value reads as the value null, in Go as well.
      if (isMessage(message, EverythingSchema)) message.value ??= fromJson(ValueSchema, null);
      const context = () => `seed ${seed + i}: ${toJsonString(desc, message, { registry })}`;
      const compiled = json.compile(desc);
      const text = compiled.encode(message) as string;
      expectEqual(
        desc,
        fromJsonString(desc, text, { registry }),
        message,
        () => `protobuf-es reads ours, ${context()}`,
      );
      expectEqual(desc, compiled.decode(encoder.encode(text)), message, () => `we read ours, ${context()}`);
      const theirs = toJsonString(desc, message, { registry, prettySpaces: i % 3 });
      // Not the message itself: JSON.stringify drops the sign of a negative zero.
      const read = fromJsonString(desc, theirs, { registry });
      expectEqual(desc, compiled.decode(encoder.encode(theirs)), read, () => `we read theirs, ${context()}`);
      const value = values.compile(desc);
      expectEqual(
        desc,
        value.decode(encoder.encode(value.encode(read) as string)),
        read,
        () => `by values, ${context()}`,
      );
      const binary = protoCodec.compile(desc);
      expectEqual(desc, fromBinary(desc, binary.encode(message) as Uint8Array), message, () => `binary, ${context()}`);
      expectEqual(desc, binary.decode(toBinary(desc, message)), message, () => `from binary, ${context()}`);
    });
  });

  it("write an init and the message made of it alike", { timeout }, () => {
    each(share(5), (i) => {
      const desc = schemas[i % schemas.length]!;
      const init = randomInit(desc, randomOf(seed - i), 0);
      const text = json.compile(desc).encode(init);
      const whole = json.compile(desc).encode(create(desc, init as never));
      if (text !== whole) expect(text, `seed ${seed - i}`).toBe(whole);
    });
  });

  it("read the same of a message with one strange value in it, or refuse it both", { timeout }, () => {
    each(share(35), (i) => {
      const random = randomOf(seed + i);
      const message = create(EverythingSchema, randomInit(EverythingSchema, random, 0) as never);
      const text = JSON.stringify(withStrangeValue(toJson(EverythingSchema, message, { registry }), random));
      const ours = attempt(() => json.compile(EverythingSchema).decode(encoder.encode(text)) as Message);
      const theirs = attempt(() => fromJsonString(EverythingSchema, text, { registry, ignoreUnknownFields: true }));
      if (ours === undefined && theirs === undefined) return;
      if (ours === undefined || theirs === undefined) expect(ours, `seed ${seed + i}: ${text}`).toBe(theirs);
      else expectEqual(EverythingSchema, ours, theirs, () => `seed ${seed + i}: ${text}`);
    });
  });

  it("read a form as it was written", { timeout }, () => {
    const form = formCodec.compile(EverythingSchema);
    const asJson = (message: unknown) => withoutEmpty(toJson(EverythingSchema, message as Everything, { registry }));
    each(share(20), (i) => {
      const message = create(EverythingSchema, randomInit(EverythingSchema, randomOf(seed + i), 0, true) as never);
      const text = form.encode(message) as string;
      const read = asJson(form.decode(encoder.encode(text)));
      const expected = asJson(message);
      if (!isDeepStrictEqual(read, expected)) expect(read, `seed ${seed + i}: ${text}`).toStrictEqual(expected);
    });
  });
});

function each(count: number, run: (i: number) => void): void {
  for (let i = 0; i < count; i++) {
    done++;
    try {
      run(i);
    } catch (error) {
      failed++;
      throw error;
    }
  }
}

function expectEqual(desc: DescMessage, actual: unknown, expected: Message, context: () => string): void {
  // Stricter than equals(): a message of ours shall not differ in what a person sees either, and NaN is NaN.
  if (!isDeepStrictEqual(actual, expected))
    expect.fail(`${desc.typeName}: ${context()}\n${inspect(actual, deep)}\nis not\n${inspect(expected, deep)}`);
}

const deep = { depth: 20, breakLength: 160, sorted: true };

function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}

function parseJson(bytes: Uint8Array): JsonValue {
  return JSON.parse(new TextDecoder().decode(bytes));
}

// Ours follow Go about these: paths must be field names, an Any without a type is empty, a null is no second member.
const unlike = new Set(["field_mask", "any", "choice_nested", "choice_color"]);
const alike = EverythingSchema.fields.filter((field) => !unlike.has(field.name));

// Left out is what the two mean to treat differently: Go's rules, which ours follow, are stricter about numbers and
// durations in strings and exact about large numbers.
const strange: readonly JsonValue[] = [
  null,
  true,
  "",
  "a",
  "5",

  "NaN",
  "-Infinity",
  0,
  -0,
  5,
  1.5,
  1e2,
  -1,
  2 ** 31,
  2 ** 32,
  1e300,
  [],
  [null],
  [1],
  ["a"],
  {},
  { a: 1 },
  { "1": "x" },
  { id: "x" },
  { "@type": "type.googleapis.com/interop.v1.Item", id: "7" },
  "BLUE",
  "PINK",
  "2026-07-14T12:30:45+02:00",
  "1.5s",
  "s",
  "AQI",
  "A",
  "a_b",
  "aB,c",
  [[]],
  [{}],
];

function withStrangeValue(json: JsonValue, random: Random): JsonValue {
  const object = { ...(json as Record<string, JsonValue>) };
  const field = random.pick(alike);
  object[random.pick([field.jsonName, field.name])] = random.pick(strange);
  return object;
}

/** A value without what a form has no word for: that which is there but empty. */
function withoutEmpty(value: JsonValue): JsonValue | undefined {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value;
  if (typeof value !== "object" || value === null) return value === "" || value === null ? undefined : value;
  const entries = Object.entries(value).map(([key, each]) => [key, withoutEmpty(each)] as const);
  const rest = entries.filter(([, each]) => each !== undefined);
  return rest.length === 0 ? undefined : (Object.fromEntries(rest) as JsonValue);
}
