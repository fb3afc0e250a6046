import { expect, it, vi } from "vitest";
import { EverythingSchema } from "../../testdata/gen/interop/v1/interop_pb.ts";
import { createCodecRegistry } from "../codec/codec-registry.ts";
import type { HttpCall } from "./http-call.ts";
import { compileReplyWriter } from "./write-reply.ts";

it("writes an absent google.protobuf.Value as null", () => {
  const field = EverythingSchema.fields.find(({ name }) => name === "value");
  const send = vi.fn();
  const call = { core: { codecs: createCodecRegistry() }, request: { rawHeaders: [] }, send };
  compileReplyWriter(EverythingSchema, field, undefined)(call as unknown as HttpCall, {});
  expect(send).toHaveBeenCalledWith(200, "application/json", "null");
});
