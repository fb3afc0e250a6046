import type { HeaderList } from "@kratos-ts/core";
import { toHeaderValue } from "./header-value.ts";
import { headerText } from "./wire/request-head.ts";

/** What the transport itself says of every message: a call's headers can't change them. */
const reserved = new Set([
  "connection",
  "content-length",
  "content-type",
  "expect",
  "keep-alive",
  "transfer-encoding",
  "upgrade",
]);

/** The headers that the transport itself gives a request. */
export interface FixedHeaders {
  /** `[name, value, …]` */
  readonly list: readonly string[];
  /** The same, as it is sent. */
  readonly text: string;
}

/** Throws a KratosError 400 for a value that can't be sent. */
export function fixedHeaders(list: readonly string[]): FixedHeaders {
  return { list, text: headerText(list) };
}

export interface OwnHeaders {
  /** The call's own: they replace the fixed ones. */
  readonly own: HeaderList | undefined;
  /** The `host`, unless the call says another. */
  readonly host: string;
}

/** The header lines of a request. Throws a KratosError 400 for a value that can't be sent. */
export function requestHeaders(fixed: FixedHeaders, { own, host }: OwnHeaders): string {
  if (own === undefined || own.size === 0) return `host: ${host}\r\n${fixed.text}`;
  const list = own.has("host") ? [] : ["host", host];
  return headerText([...list, ...mergedHeaders(fixed.list, own)]);
}

/** As a list: the fixed ones but for those that the call replaces, and the call's own. */
export function mergedHeaders(fixed: readonly string[], own: HeaderList | undefined): string[] {
  if (own === undefined) return [...fixed];
  const list: string[] = [];
  for (let i = 0; i < fixed.length; i += 2) {
    const name = fixed[i] as string;
    if (reserved.has(name) || !own.has(name)) list.push(name, fixed[i + 1] as string);
  }
  const flat = own.flat();
  for (let i = 0; i < flat.length; i += 2) {
    const name = flat[i] as string;
    if (!reserved.has(name)) list.push(name, toHeaderValue(flat[i + 1] as string));
  }
  return list;
}
