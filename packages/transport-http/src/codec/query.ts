import type { DescMessage, Message } from "@bufbuild/protobuf";
import type { MessageRecord } from "./message-factory.ts";
import { decodeQuery } from "./query/decode-query.ts";
import { encodeQuery } from "./query/encode-query.ts";

export interface QueryDecodeOptions {
  /** Refuse a malformed pair (`%zz`, a `;`), as in a form body; otherwise it is dropped. Default false. */
  strict?: boolean | undefined;
}

export interface QueryEncodeOptions {
  /** Fields left out, by their paths in original names (`item`, `parent.child.id`), such as those in the path. */
  skip?: ReadonlySet<string> | undefined;
}

/** Reads and writes the fields of one message type as query parameters. */
export interface QueryCodec {
  /** Sets what the query says in the message. Throws a KratosError 400 `CODEC`. */
  decodeInto(message: Message, rawQuery: string, options?: QueryDecodeOptions): void;
  /** The query (without `?`) of a message or an init of one; keys are sorted. */
  encode(message: unknown, options?: QueryEncodeOptions): string;
}

/**
 * Nested fields as `a.b.c=1`, lists as `a=1&a=2`, maps as `m[key]=v`; values as Go's Kratos writes and reads them. Unknown
 * names are ignored, and an empty value leaves a field unset.
 */
export function compileQuery(desc: DescMessage): QueryCodec {
  return {
    decodeInto: (message, rawQuery, { strict = false } = {}) =>
      decodeQuery(desc, message as MessageRecord, rawQuery, { strict }),
    encode: (message, { skip } = {}) => encodeQuery(desc, (message ?? {}) as Record<string, unknown>, skip),
  };
}
