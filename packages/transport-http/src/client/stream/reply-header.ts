import { HeaderList } from "@kratos-ts/core";
import { fromHeaderValue } from "../header-value.ts";

/** The headers of a reply as node has them. Kratos peers put UTF-8 into them; what is no UTF-8 stays as Latin-1. */
export function replyHeaderOf(rawHeaders: readonly string[]): HeaderList {
  return new HeaderList(rawHeaders.map((text, i) => (i % 2 === 1 ? fromHeaderValue(text) : text)));
}
