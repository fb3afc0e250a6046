import type { DescMessage, Message } from "@bufbuild/protobuf";
import { compileFieldPath, type FieldPath } from "./field-path.ts";
import type { MessageRecord } from "./message-factory.ts";
import { type QueryField, queryPlan } from "./query/query-plan.ts";
import { messageWithin, setFieldText } from "./query/set-field.ts";

/** A field path that can be set as well: servers do, and clients have nothing of it in their bundle. */
export interface SettablePath extends FieldPath {
  /** Sets the field from the text of a path variable. Throws a KratosError 400 `CODEC`. */
  set(message: Message, text: string): void;
}

/** As `compileFieldPath`. */
export function compileSettablePath(desc: DescMessage, path: string): SettablePath {
  const found = compileFieldPath(desc, path);
  const steps = found.fields.map((field) => queryPlan(field.parent).get(field.name) as QueryField);
  const last = steps.pop() as QueryField;
  const place = { where: "path variable", path };
  return {
    ...found,
    set: (message, text) => {
      let parent = message as MessageRecord;
      for (const field of steps) parent = messageWithin(parent, field, place);
      setFieldText(parent, last, text, place);
    },
  };
}
