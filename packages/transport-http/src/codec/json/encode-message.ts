import type { DescField, DescMessage, DescOneof, Registry } from "@bufbuild/protobuf";
import { fieldValueWriter, fieldWriter, isAlwaysWritten } from "./encode-field.ts";
import { quoteJson } from "./encode-scalar.ts";
import { wellKnownWriter } from "./encode-well-known.ts";

/** What the writers of one codec share: each message type is compiled once, when it is first met. */
export interface EncodeScope {
  readonly registry: Registry | undefined;
  readonly messages: WeakMap<DescMessage, WriteMessage>;
}

/** Writes a message, or an init of one, as JSON. */
export type WriteMessage = (message: Record<string, unknown>) => string;

export function messageWriter(desc: DescMessage, scope: EncodeScope): WriteMessage {
  let write = scope.messages.get(desc);
  if (write === undefined) {
    // Compiled when it is first used: types may hold themselves.
    let compiled: WriteMessage | undefined;
    write = (message) => {
      compiled ??= wellKnownWriter(desc, scope) ?? plainWriter(desc, scope);
      return compiled(message);
    };
    scope.messages.set(desc, write);
  }
  return write;
}

/** Writes every message but those that have a JSON form of their own. */
export function plainWriter(desc: DescMessage, scope: EncodeScope, opening = ""): WriteMessage {
  const [first] = desc.members;
  // What is always there can carry the brace; otherwise nobody knows who comes first and needs no comma.
  const opens = opening === "" && first?.kind === "field" && isAlwaysWritten(first);
  const writers = desc.members.map((member, i) =>
    member.kind === "oneof" ? oneofWriter(member, scope) : fieldWriter(member, keyOf(member, opens && i === 0), scope),
  );
  return (message) => {
    checkMessage(desc, message);
    let out = opening;
    for (let i = 0; i < writers.length; i++) out += writers[i]!(message);
    if (opens || opening !== "") return `${out}}`;
    return out === "" ? "{}" : `{${out.slice(1)}}`;
  };
}

/** Writes the member that is set, if any. */
function oneofWriter(oneof: DescOneof, scope: EncodeScope): WriteMessage {
  const { localName } = oneof;
  const members = new Map(
    oneof.fields.map((field) => [field.localName, fieldValueWriter(field, keyOf(field, false), scope)]),
  );
  return (message) => {
    const set = message[localName] as { case?: string | undefined; value?: unknown } | undefined;
    const write = set?.case == null ? undefined : members.get(set.case);
    return write === undefined ? "" : write(set!.value);
  };
}

function keyOf(field: DescField, opens: boolean): string {
  return `${opens ? "{" : ","}${quoteJson(field.jsonName)}:`;
}

function checkMessage(desc: DescMessage, message: unknown): void {
  if (typeof message === "object" && message !== null) return;
  const got = message === null ? "null" : typeof message;
  throw new TypeError(`cannot encode ${desc.typeName}: expected a message, got ${got}`);
}
