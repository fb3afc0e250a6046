import type { CallInfo } from "@kratos-ts/core";
import { streamsRequests } from "./method-kind.ts";

export interface ArgsOptions {
  /** More fields to mask, wherever in the request they stand, by their proto or JSON name. Default none. */
  redact?: readonly string[] | undefined;
  /** The longest text of a request, in characters; what is beyond is cut. Default 2048. */
  maxArgsLength?: number | undefined;
}

type DescMessage = NonNullable<CallInfo["method"]>["input"];
type DescField = DescMessage["fields"][number];
type DescEnum = NonNullable<DescField["enum"]>;
type PlainObject = Readonly<Record<string, unknown>>;

/** A field of a message type: all that is the same for each message. */
interface FieldPlan {
  /** `"name":` */
  readonly label: string;
  readonly localName: string;
  /** The name of the oneof that it is in. */
  readonly oneof: string | undefined;
  readonly masked: boolean;
  readonly isMap: boolean;
  /** Its zero value is the same as none, and not shown. */
  readonly implicit: boolean;
  readonly type: DescMessage | undefined;
  readonly values: DescEnum | undefined;
}

/** A text on its way. */
interface Output {
  text: string;
  readonly limit: number;
}

const mask = `"[REDACTED]"`;
// Deeper than anybody nests on purpose; beyond it could be a value that contains itself.
const maxDepth = 32;

/**
 * Makes what writes requests for logs: compact JSON with JSON names, without fields that are not set, sensitive fields
 * (`debug_redact`, and the names given) masked, and of bytes only their number. Its work is bounded by the text's limit
 * and not by the request's size.
 */
export function createArgsText(options: ArgsOptions): (req: unknown, info: CallInfo) => string {
  const { redact = [], maxArgsLength = 2048 } = options;
  const masked = new Set(redact);
  const plans = new WeakMap<DescMessage, readonly FieldPlan[]>();

  function planOf(type: DescMessage): readonly FieldPlan[] {
    let plan = plans.get(type);
    if (plan === undefined) {
      plan = type.fields.map((field) => planField(field, masked));
      plans.set(type, plan);
    }
    return plan;
  }

  function writeMessage(out: Output, message: PlainObject, type: DescMessage, depth: number): void {
    const time = timeText(message, type);
    if (time !== undefined) {
      out.text += time;
      return;
    }
    out.text += "{";
    let separator = "";
    for (const field of planOf(type)) {
      const value = fieldOf(message, field);
      if (value === undefined || (field.implicit && isZero(value))) continue;
      if (isFull(out)) return;
      out.text += separator + field.label;
      separator = ",";
      if (field.masked) out.text += mask;
      else writeField(out, value, field, depth + 1);
    }
    out.text += "}";
  }

  function writeField(out: Output, value: unknown, field: FieldPlan, depth: number): void {
    if (field.isMap && isObject(value)) writeEntries(out, value, field, depth);
    else writeValue(out, value, field, depth);
  }

  function writeValue(out: Output, value: unknown, field: FieldPlan | undefined, depth: number): void {
    if (!isObject(value)) out.text += scalarText(out, value, field?.values);
    else if (value instanceof Uint8Array) out.text += `"<${value.length} bytes>"`;
    else if (depth > maxDepth) out.text += `"…"`;
    else if (Array.isArray(value)) writeList(out, value, field, depth);
    else if (field?.type !== undefined && isMessage(value, field.type)) writeMessage(out, value, field.type, depth);
    else writeEntries(out, value, undefined, depth);
  }

  function writeList(out: Output, list: readonly unknown[], field: FieldPlan | undefined, depth: number): void {
    out.text += "[";
    for (let i = 0; i < list.length && !isFull(out); i++) {
      if (i > 0) out.text += ",";
      writeValue(out, list[i], field, depth + 1);
    }
    out.text += "]";
  }

  /** A map, whose values are as `field` says, or an object without a type. */
  function writeEntries(out: Output, entries: PlainObject, field: FieldPlan | undefined, depth: number): void {
    out.text += "{";
    let separator = "";
    for (const key in entries) {
      const value = entries[key];
      if (key === "$typeName" || value === undefined || typeof value === "function") continue;
      if (isFull(out)) return;
      out.text += `${separator}${quoted(out, key)}:`;
      separator = ",";
      if (masked.has(key)) out.text += mask;
      else writeValue(out, value, field, depth + 1);
    }
    out.text += "}";
  }

  return (req, info) => {
    const own = (req as { redact?: unknown } | undefined)?.redact;
    const out: Output = { text: "", limit: maxArgsLength };
    if (typeof own === "function") out.text = String(own.call(req));
    else if (streamsRequests(info)) out.text = "<stream>";
    else if (info.method !== undefined && isObject(req)) writeMessage(out, req, info.method.input, 0);
    else if (req instanceof Request) out.text = `${req.method} ${pathOf(req.url)}`;
    else writeValue(out, req, undefined, 0);
    return out.text.length > maxArgsLength ? `${out.text.slice(0, maxArgsLength)}…` : out.text;
  };
}

function planField(field: DescField, masked: ReadonlySet<string>): FieldPlan {
  return {
    label: `${JSON.stringify(field.jsonName)}:`,
    localName: field.localName,
    oneof: field.oneof?.localName,
    masked: field.proto.options?.debugRedact === true || masked.has(field.name) || masked.has(field.jsonName),
    isMap: field.fieldKind === "map",
    implicit: field.presence === implicitPresence,
    type: field.message,
    values: field.enum,
  };
}

// FeatureSet.FieldPresence of google/protobuf/descriptor.proto; lists and maps have it too.
const implicitPresence = 2;

function fieldOf(message: PlainObject, { localName, oneof }: FieldPlan): unknown {
  if (oneof === undefined) return Object.hasOwn(message, localName) ? message[localName] : undefined;
  const set = message[oneof] as { case?: string; value?: unknown } | undefined;
  return set?.case === localName ? set.value : undefined;
}

function isZero(value: unknown): boolean {
  if (typeof value === "number") return value === 0;
  if (typeof value !== "object" || value === null) return !value;
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length === 0;
  for (const _ in value) return false;
  return true;
}

/** Whether it is of that type: in a field, a Struct is a plain object, and wrappers are plain values. */
function isMessage(value: PlainObject, { typeName }: DescMessage): boolean {
  return typeName !== "google.protobuf.Struct" || "$typeName" in value;
}

function scalarText(out: Output, value: unknown, values: DescEnum | undefined): string {
  if (typeof value === "string") return quoted(out, value);
  if (typeof value === "number") {
    const name = values?.value[value]?.name;
    if (name !== undefined) return `"${name}"`;
    return Number.isFinite(value) ? String(value) : `"${value}"`;
  }
  return typeof value === "boolean" || value === null ? String(value) : `"${String(value)}"`;
}

/** In quotes, and no longer than what there is room for. */
function quoted(out: Output, text: string): string {
  const room = out.limit - out.text.length + 1;
  return JSON.stringify(text.length > room ? text.slice(0, Math.max(room, 0)) : text);
}

function isFull({ text, limit }: Output): boolean {
  return text.length > limit;
}

function isObject(value: unknown): value is PlainObject {
  return typeof value === "object" && value !== null;
}

/** Timestamps and durations as in Protobuf JSON, since nobody reads seconds since 1970. */
function timeText(message: PlainObject, { typeName }: DescMessage): string | undefined {
  if (typeName === "google.protobuf.Timestamp") {
    const date = new Date(Number(message.seconds ?? 0) * 1000 + Number(message.nanos ?? 0) / 1e6);
    return Number.isNaN(date.getTime()) ? undefined : JSON.stringify(date);
  }
  if (typeName === "google.protobuf.Duration")
    return `"${Number(message.seconds ?? 0) + Number(message.nanos ?? 0) / 1e9}s"`;
  return undefined;
}

/** Without the query, which may hold what no log should. */
function pathOf(url: string): string {
  const start = url.indexOf("/", url.indexOf("://") + 3);
  const end = url.search(/[?#]/);
  return url.slice(start, end === -1 ? undefined : end);
}
