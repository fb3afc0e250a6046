import {
  type BaggageEntry,
  baggageEntryMetadataFromString,
  propagation,
  type TextMapPropagator,
} from "@opentelemetry/api";
import { textOf } from "./carried-text.ts";

// The limits that every implementation has to allow (https://www.w3.org/TR/baggage/#limits); what is beyond is left out.
const maxMembers = 64;
const maxBytes = 8192;

const token = /^[!#$%&'*+\-.^_`|~\w]+$/;
const octets = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/;

/** W3C baggage: https://www.w3.org/TR/baggage/. Members that can't be read are left out. */
export const baggagePropagator: TextMapPropagator = {
  inject(context, carrier, setter) {
    const entries = propagation.getBaggage(context)?.getAllEntries() ?? [];
    let header = "";
    for (const member of entries.slice(0, maxMembers).map(write)) {
      if (member === undefined || header.length + member.length >= maxBytes) continue;
      header += header === "" ? member : `,${member}`;
    }
    if (header !== "") setter.set(carrier, "baggage", header);
  },
  extract(context, carrier, getter) {
    const header = textOf(getter.get(carrier, "baggage"));
    if (header === "" || header.length > maxBytes) return context;
    const entries: Record<string, BaggageEntry> = Object.create(null);
    let count = 0;
    for (const member of header.split(",")) {
      const read = parse(member);
      if (read === undefined) continue;
      if (++count > maxMembers) break;
      entries[read.key] = read.entry;
    }
    return count === 0 ? context : propagation.setBaggage(context, propagation.createBaggage(entries));
  },
  fields: () => ["baggage"],
};

function write([key, { value, metadata }]: [string, BaggageEntry]): string | undefined {
  if (!token.test(key)) return undefined;
  const properties = metadata?.toString();
  return `${key}=${encodeURIComponent(value.toWellFormed())}${properties ? `;${properties}` : ""}`;
}

function parse(member: string): { key: string; entry: BaggageEntry } | undefined {
  const [pair = "", ...properties] = member.split(";");
  const equals = pair.indexOf("=");
  const [key, value] = [pair.slice(0, equals).trim(), pair.slice(equals + 1).trim()];
  if (equals < 1 || !token.test(key) || !octets.test(value)) return undefined;
  const entry: BaggageEntry = { value: decoded(value) };
  if (properties.length > 0)
    entry.metadata = baggageEntryMetadataFromString(properties.map((property) => property.trim()).join(";"));
  return { key, entry };
}

/** A value with a broken escape is taken as it stands. */
function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
