// Runs in an empty project that has installed the packed packages: see consumer.ts.
import assert from "node:assert/strict";
import { getOption } from "@bufbuild/protobuf";
import * as core from "@kratos-ts/core";
import { code } from "@kratos-ts/core/proto/errors/errors_pb.js";
import { http } from "@kratos-ts/core/proto/google/api/annotations_pb.js";
import { ErrorReasonSchema } from "./gen/helloworld/v1/error_reason_pb.ts";
import { Greeter } from "./gen/helloworld/v1/greeter_pb.ts";

assert.equal(typeof core.chain, "function");
assert.equal(core.KratosError.name, "KratosError");

const rule = getOption(Greeter.method.sayHello, http);
assert.deepEqual(rule.pattern, { case: "get", value: "/helloworld/{name}" });
assert.equal(getOption(ErrorReasonSchema.value[1], code), 404);
