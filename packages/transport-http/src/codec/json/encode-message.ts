import type { DescField, DescMessage, DescOneof } from "@bufbuild/protobuf";
import type { TypeFinder } from "../any-types.ts";
import { fieldValueWriter, fieldWriter } from "./encode-field.ts";
import type { WriteValue } from "./encode-scalar.ts";
import { wellKnownWriter } from "./encode-well-known.ts";
import type { JsonOutput } from "./json-output.ts";

/** What the writers of one codec share: each message type is compiled once, when it is first met. */
export interface EncodeScope {
  readonly registry: TypeFinder | undefined;
  readonly messages: WeakMap<DescMessage, WriteValue>;
}

/** Writes a message, or an init of one, as JSON, or a part of it. */
export type WriteMessage = (out: JsonOutput, message: Record<string, unknown>) => void;

export function messageWriter(desc: DescMessage, scope: EncodeScope): WriteValue {
  let write = scope.messages.get(desc);
  if (write === undefined) {
    // Compiled when it is first used: types may hold themselves.
    let compiled: WriteMessage | undefined;
    write = (out, message) => {
      compiled ??= wellKnownWriter(desc, scope) ?? plainWriter(desc, scope);
      checkMessage(desc, message);
      compiled(out, message as Record<string, unknown>);
    };
    scope.messages.set(desc, write);
  }
  return write;
}

const openBrace = 0x7b;
const closeBrace = 0x7d;

/** Writes every message but those that have a JSON form of their own. */
function plainWriter(desc: DescMessage, scope: EncodeScope): WriteMessage {
  const write = fieldsWriter(desc, scope);
  return (out, message) => {
    const start = out.pos;
    write(out, message);
    // Who comes first is not known before: its comma becomes the brace.
    if (out.pos === start) out.byte(openBrace);
    else out.bytes[start] = openBrace;
    out.byte(closeBrace);
  };
}

/** Writes the fields of a message, each behind a comma. */
export function fieldsWriter(desc: DescMessage, scope: EncodeScope): WriteMessage {
  const writers = desc.members.map((member) =>
    member.kind === "oneof" ? oneofWriter(member, scope) : fieldWriter(member, keyOf(member), scope),
  );
  return (out, message) => {
    for (let i = 0; i < writers.length; i++) writers[i]!(out, message);
  };
}

/** Writes the member that is set, if any. */
function oneofWriter(oneof: DescOneof, scope: EncodeScope): WriteMessage {
  const { localName } = oneof;
  const members = new Map(oneof.fields.map((field) => [field.localName, fieldValueWriter(field, keyOf(field), scope)]));
  return (out, message) => {
    const set = message[localName] as { case?: string | undefined; value?: unknown } | undefined;
    if (set?.case != null) members.get(set.case)?.(out, set.value);
  };
}

function keyOf(field: DescField): string {
  return `,${JSON.stringify(field.jsonName)}:`;
}

function checkMessage(desc: DescMessage, message: unknown): void {
  if (typeof message === "object" && message !== null) return;
  const got = message === null ? "null" : typeof message;
  throw new TypeError(`cannot encode ${desc.typeName}: expected a message, got ${got}`);
}
