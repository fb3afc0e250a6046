import type { DescField } from "@bufbuild/protobuf";
import type { HttpBinding } from "../rule/http-rule.ts";

/** The field that the frames of a WebSocket carry instead of the whole message: a named body field that is a message. */
export function frameField({ body }: HttpBinding): DescField | undefined {
  return typeof body === "object" && body.fieldKind === "message" ? body : undefined;
}
