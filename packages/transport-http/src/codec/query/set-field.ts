import { codecError, quoteInput } from "../codec-error.ts";
import { isPlainMessageField } from "../local-form.ts";
import { type MessageRecord, setEntry } from "../message-factory.ts";
import type { QueryField } from "./query-plan.ts";

/** What is being read, for errors: `query parameter item.id`. */
export interface Place {
  readonly where: string;
  readonly path: string;
}

/** Sets a field from text; an empty one leaves a singular field unset. Lists get one more entry. */
export function setFieldText(message: MessageRecord, field: QueryField, text: string, place: Place): void {
  if (text !== "" || field.desc.fieldKind === "list")
    setFieldValue(message, field, readText(field, text, place), place);
}

/** Sets a field to a value that has been read. Lists get one more entry. */
export function setFieldValue(message: MessageRecord, field: QueryField, value: unknown, place: Place): void {
  const { desc } = field;
  if (desc.fieldKind === "list") (message[desc.localName] as unknown[]).push(value);
  else if (desc.oneof === undefined) message[desc.localName] = value;
  else {
    checkOneof(message, field, place);
    message[desc.oneof.localName] = { case: desc.localName, value };
  }
}

/** Sets an entry of a map; the last one wins. */
export function setMapText(message: MessageRecord, field: QueryField, key: string, text: string, place: Place): void {
  const form = field.mapKey!;
  const canonical = form.canonical(key);
  if (canonical === undefined) throw codecError({ ...place, expected: form.expected, got: quoteInput(key) });
  setEntry(message[field.desc.localName] as Record<string, unknown>, canonical, readText(field, text, place));
}

/** The message in a field, made when it isn't there yet. */
export function messageWithin(message: MessageRecord, field: QueryField, place: Place): MessageRecord {
  const { desc } = field;
  if (desc.oneof !== undefined) {
    checkOneof(message, field, place);
    const set = message[desc.oneof.localName] as { value?: MessageRecord };
    const inner = set.value ?? field.make!();
    message[desc.oneof.localName] = { case: desc.localName, value: inner };
    return inner;
  }
  const inner = (message[desc.localName] as MessageRecord | undefined) ?? field.make!();
  message[desc.localName] = inner;
  return inner;
}

/** Whether the field has messages that a path can go through as they are. */
export function isPlainMessage({ desc }: QueryField): boolean {
  return isPlainMessageField(desc);
}

/** The value of a field, or an entry of a list or map, that a text stands for. */
export function readText({ reader }: QueryField, text: string, place: Place): unknown {
  if (reader === undefined)
    throw codecError({ ...place, expected: "its fields, such as name.field=value: a message has no value of its own" });
  const value = reader.read(text);
  if (value === undefined) throw codecError({ ...place, expected: reader.expected, got: quoteInput(text) });
  return value;
}

function checkOneof(message: MessageRecord, { desc }: QueryField, place: Place): void {
  const set = message[desc.oneof!.localName] as { case?: string | undefined };
  if (set.case !== undefined && set.case !== desc.localName)
    throw codecError({ ...place, expected: `one field of the oneof ${desc.oneof!.name}, another is set` });
}
