// A service with as many HTTP rules as one likes, made at run time.
import { create, createFileRegistry, type DescService, setExtension } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema, MethodDescriptorProtoSchema, MethodOptionsSchema } from "@bufbuild/protobuf/wkt";
import { http } from "@kratos-ts/core/proto/google/api/annotations_pb.js";
import { HttpRuleSchema } from "@kratos-ts/core/proto/google/api/http_pb.js";
import {
  file_helloworld_v1_greeter,
  HelloReplySchema,
  type HelloRequest,
  HelloRequestSchema,
} from "./gen/helloworld/v1/greeter_pb.ts";
import { greeter } from "./services.ts";

const asked = 10;

/** Ten paths, spread over that many rules. */
export function rulePaths(rules: number): string[] {
  return Array.from({ length: asked }, (_, i) => `/api/kind${Math.floor((i * rules) / asked)}/kratos`);
}

/** A service whose every method says hello, at `/api/kind0/{name}`, `/api/kind1/{name}` and so on. */
export function rulesService(rules: number): {
  service: DescService;
  implementation: Record<string, (request: HelloRequest) => { message: string }>;
} {
  const file = create(FileDescriptorProtoSchema, {
    name: "rules.proto",
    package: "rules",
    syntax: "proto3",
    dependency: [file_helloworld_v1_greeter.proto.name],
    service: [{ name: "Rules", method: Array.from({ length: rules }, (_, i) => ruleMethod(i)) }],
  });
  const service = createFileRegistry(file, () => file_helloworld_v1_greeter).getService("rules.Rules") as DescService;
  return { service, implementation: Object.fromEntries(service.methods.map((m) => [m.localName, greeter.sayHello])) };
}

function ruleMethod(index: number) {
  const options = create(MethodOptionsSchema);
  setExtension(options, http, create(HttpRuleSchema, { pattern: { case: "get", value: `/api/kind${index}/{name}` } }));
  return create(MethodDescriptorProtoSchema, {
    name: `Rule${index}`,
    inputType: `.${HelloRequestSchema.typeName}`,
    outputType: `.${HelloReplySchema.typeName}`,
    options,
  });
}
