import type { NegotiatedCodec } from "../../codec/codec-set.ts";
import type { MethodPlan } from "../method-plan.ts";
import { isHttpBody } from "../request-body.ts";

/** The content type that the replies of a stream are read by; raw ones come without any. */
export function replyType({ method, binding }: MethodPlan, { contentType }: NegotiatedCodec): string | undefined {
  return isHttpBody(binding.responseBody ?? method.output) ? undefined : contentType;
}
