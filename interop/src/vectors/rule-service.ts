import { create, createFileRegistry, type DescMethodUnary, type DescService, setExtension } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema, MethodOptionsSchema } from "@bufbuild/protobuf/wkt";
import { http } from "@kratos-ts/core/proto/google/api/annotations_pb.js";
import { HttpRuleSchema } from "@kratos-ts/core/proto/google/api/http_pb.js";
import { registry } from "../peer/message-types.ts";

export interface RuleOptions {
  readonly template: string;
  /** Of request and reply. */
  readonly messageType: string;
  /** The rule's body; "": none. */
  readonly body: string;
}

type RuleService = DescService & { method: { call: DescMethodUnary } };

/** A service whose one method, `Call`, has this rule: GET without a body, POST with one. */
export function serviceWithRule({ template, messageType, body }: RuleOptions): RuleService {
  const pattern = body === "" ? { case: "get" as const, value: template } : { case: "post" as const, value: template };
  const options = create(MethodOptionsSchema);
  setExtension(options, http, create(HttpRuleSchema, { pattern, body }));
  const type = `.${messageType}`;
  const { file } = registry.getMessage(messageType)!;
  const proto = create(FileDescriptorProtoSchema, {
    name: "rule.proto",
    package: "rule.v1",
    syntax: "proto3",
    dependency: [file.proto.name],
    service: [{ name: "Rule", method: [{ name: "Call", inputType: type, outputType: type, options }] }],
  });
  return createFileRegistry(proto, () => file).getService("rule.v1.Rule") as RuleService;
}
