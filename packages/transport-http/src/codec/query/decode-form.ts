import type { DescMessage } from "@bufbuild/protobuf";
import type { MessageRecord } from "../message-factory.ts";
import { QueryReading } from "./decode-query.ts";
import { FormKeys } from "./form-keys.ts";
import { FormReader } from "./form-reader.ts";

/** Sets what a form says in a message; false when it has bytes beyond ASCII, and has to be read as text. */
export type DecodeForm = (message: MessageRecord, bytes: Uint8Array) => boolean;

/** Reads forms straight from bytes. */
export function formDecoder(desc: DescMessage): DecodeForm {
  const keys = new FormKeys(desc);
  return (message, bytes) => {
    const reader = new FormReader(bytes, keys);
    const reading = new QueryReading(true);
    while (!reader.atEnd) {
      reader.take();
      for (let i = 0; i < reader.count; i++) reading.setNamed(message, reader.keyAt(i).name, reader.valueAt(i));
      if (reader.count > 0) continue;
      const pair = reader.oddPair();
      if (pair === undefined) return false;
      if (pair[0] !== "" || pair[1] !== "") reading.setPair(desc, message, pair[0], pair[1]);
    }
    return true;
  };
}
