import type { DescField } from "@bufbuild/protobuf";
import type { CompiledCodec, MessageCodec } from "@kratos-ts/core";
import { codecError } from "./codec-error.ts";
import { holdsJson, isWrapperField } from "./local-form.ts";
import { likelyShape } from "./message-shape.ts";
import { formDecoder } from "./query/decode-form.ts";
import { compileQuery } from "./query.ts";

/** `application/x-www-form-urlencoded`: the rules of a query, but a malformed pair is an error. */
export const formCodec: MessageCodec = {
  name: "x-www-form-urlencoded",
  compile(type) {
    const desc = type.kind === "message" ? type : type.message;
    if (type.kind === "field" && !isMessageField(type)) return refusingCodec(type);
    const query = compileQuery(desc!);
    const decodeAscii = formDecoder(desc!);
    const shapeNow = likelyShape(desc!);
    return {
      encode: (value) => query.encode(value),
      decode: (bytes) => {
        const shape = shapeNow();
        let message = shape.make();
        if (!decodeAscii(message, bytes)) {
          message = shape.make();
          query.decodeInto(message, textOf(bytes), { strict: true });
        }
        return shape.finish(message);
      },
    };
  },
};

/** Whether the field's value is a message with fields of its own, which a form can name. */
function isMessageField(field: DescField): boolean {
  return field.fieldKind === "message" && !isWrapperField(field) && !holdsJson(field);
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw codecError({ where: "body", expected: "UTF-8", cause });
  }
}

function refusingCodec(field: DescField): CompiledCodec {
  return {
    encode: () => {
      throw new TypeError(
        `cannot encode ${String(field)} as application/x-www-form-urlencoded: it has no fields; use application/json`,
      );
    },
    decode: () => {
      const expected = `another content type, such as application/json: ${field.name} has no fields that a form could name`;
      throw codecError({ where: "body", expected });
    },
  };
}
