import type { DescMessage } from "@bufbuild/protobuf";
import { unescapeQuery } from "./query-pairs.ts";
import { type QueryField, queryPlan } from "./query-plan.ts";
import { isPlainMessage, type Place } from "./set-field.ts";

/** A key as it stands in forms, escaped, and what it names. */
export interface FormKey {
  readonly raw: Uint8Array;
  readonly name: FormName;
  /** It names a list, so that it may come again. */
  readonly isList: boolean;
  /** What came after it the last time: callers keep their order. */
  next: FormKey | undefined;
}

/** A field, or an entry of a map, of a message or of one within it. */
export interface FormName {
  /** As the caller wrote it. */
  readonly place: Place;
  /** In original names. */
  readonly originalPath: string;
  readonly steps: readonly QueryField[];
  readonly leaf: QueryField;
  /** As the message holds it. */
  readonly mapKey: string | undefined;
}

/** Callers use few keys; those who use many shall not fill the memory. */
const maxKeys = 256;
const maxKeyLength = 100;

/** The keys of one message type's forms, resolved once. */
export class FormKeys {
  /** Stands before the first. */
  readonly start: FormKey;
  private readonly desc: DescMessage;
  private known = new Map<string, FormKey>();

  constructor(desc: DescMessage) {
    this.desc = desc;
    this.start = { raw: new Uint8Array(), name: undefined as never, isList: false, next: undefined };
  }

  /** The key of this text; undefined when it is none of a usual kind. */
  find(raw: string): FormKey | undefined {
    const found = this.known.get(raw);
    if (found !== undefined || raw.length > maxKeyLength) return found;
    const text = raw.includes(";") ? undefined : unescapeQuery(raw);
    const name = typeof text === "string" ? resolve(this.desc, text) : undefined;
    if (name === undefined) return undefined;
    if (this.known.size >= maxKeys) this.forget();
    const isList = name.leaf.desc.fieldKind === "list";
    const key: FormKey = { raw: new TextEncoder().encode(`${raw}=`), name, isList, next: undefined };
    // The text may be a piece of a body, which it would keep.
    this.known.set(String.fromCharCode(...key.raw.subarray(0, -1)), key);
    return key;
  }

  private forget(): void {
    this.known = new Map();
    // From here each is reached that came after another.
    this.start.next = undefined;
  }
}

/** What all but odd keys name: `a`, `a.b` or `m[key]`. */
function resolve(desc: DescMessage, path: string): FormName | undefined {
  const bracket = path.endsWith("]") ? path.indexOf("[") : -1;
  const names = (bracket < 0 ? path : path.slice(0, bracket)).split(".");
  const steps: QueryField[] = [];
  let within: DescMessage | undefined = desc;
  for (const name of names) {
    const before = steps.at(-1);
    if (before !== undefined) within = isPlainMessage(before) ? before.desc.message : undefined;
    const field = within && !within.typeName.startsWith("google.protobuf.") ? queryPlan(within).get(name) : undefined;
    if (field === undefined) return undefined;
    steps.push(field);
  }
  const leaf = steps.pop()!;
  if (leaf.reader === undefined || (leaf.mapKey !== undefined) !== bracket >= 0) return undefined;
  const mapKey = leaf.mapKey?.canonical(path.slice(bracket + 1, -1));
  if (leaf.mapKey !== undefined && mapKey === undefined) return undefined;
  const originalPath = [...steps, leaf].map((field) => field.desc.name).join(".");
  return { place: { where: "form field", path }, originalPath, steps, leaf, mapKey };
}
