import type { OutgoingHttpHeaders } from "node:http2";
import type { RawHeaders } from "./carrier.ts";

/** A flat header list as the object that node:http2 takes. */
export function toHeaderObject(list: RawHeaders): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {};
  for (let i = 0; i < list.length; i += 2) {
    const name = list[i] as string;
    const value = list[i + 1] as string;
    const present = headers[name];
    if (present === undefined) headers[name] = value;
    else if (Array.isArray(present)) present.push(value);
    else headers[name] = [present as string, value];
  }
  return headers;
}

/** The same with the values of a repeated name joined by commas, as HTTP allows for any header that is a list. */
export function toJoinedHeaderObject(list: RawHeaders): OutgoingHttpHeaders {
  const headers = toHeaderObject(list);
  for (const [name, value] of Object.entries(headers)) if (Array.isArray(value)) headers[name] = value.join(", ");
  return headers;
}
