import { create, type DescMessage, type Message, type Registry } from "@bufbuild/protobuf";
import { createValidator, type Validator } from "@bufbuild/protovalidate";
import { KratosError, type Middleware } from "@kratos-ts/core";
import { withProtovalidateRules } from "./pgv/translated-schema.ts";
import { violationError } from "./violation-error.ts";

export interface ValidationOptions {
  /** Stops at the first rule that does not hold, instead of telling all. Default false. */
  failFast?: boolean | undefined;
  /** Types of `google.protobuf.Any` that CEL rules look into, and extensions with predefined rules of your own. */
  registry?: Registry | undefined;
  /** A validator that is set up in another way. Default: `createValidator` of @bufbuild/protovalidate. */
  validator?: Validator | undefined;
}

/**
 * Holds every request to the rules in its proto: those of protovalidate (`buf.validate`, CEL included), and those of
 * protoc-gen-validate (`validate.rules`). A request that breaks one fails with 400 `VALIDATOR`: the message names the
 * fields, and callers over gRPC get a `google.rpc.BadRequest` detail as well. In a stream of requests each message is
 * held to them when it is read. On a client it keeps bad requests from being sent.
 *
 * @throws Error when it is composed (as a service is registered) and a rule can't be compiled.
 */
export function validation(options: ValidationOptions = {}): Middleware {
  const validator =
    options.validator ??
    createValidator({
      ...(options.registry && { registry: options.registry }),
      ...(options.failFast !== undefined && { failFast: options.failFast }),
    });
  return (next, { method, operation }) => {
    // A hand-written route has no message.
    if (method === undefined) return next;
    const schema = withProtovalidateRules(method.input);
    mustCompile(schema, { validator, operation });
    const check = (message: unknown) => hold(message as Message, { schema, validator });
    if (method.methodKind === "client_streaming" || method.methodKind === "bidi_streaming")
      return (requests, ctx) => next(eachChecked(requests as AsyncIterable<unknown>, check), ctx);
    return (request, ctx) => {
      check(request);
      return next(request, ctx);
    };
  };
}

async function* eachChecked(messages: AsyncIterable<unknown>, check: (message: unknown) => void) {
  for await (const message of messages) {
    check(message);
    yield message;
  }
}

/** Rules are compiled at their first use: better at the start of the server than in its first call. */
function mustCompile(schema: DescMessage, { validator, operation }: { validator: Validator; operation: string }): void {
  const { kind, error } = validator.validate(schema, create(schema));
  if (kind !== "error" || error.name !== "CompilationError") return;
  const what = `the rules of ${schema.typeName}, the request of ${operation}, can't be compiled`;
  throw new Error(`${what}: ${error.message}`, { cause: error });
}

function hold(message: Message, { schema, validator }: { schema: DescMessage; validator: Validator }): void {
  const result = validator.validate(schema, message);
  if (result.kind === "valid") return;
  if (result.kind === "invalid") throw violationError(result.error);
  // The rules are at fault, not the caller, who is not told more.
  throw new KratosError({
    code: 500,
    reason: "VALIDATOR",
    message: "a rule could not be evaluated",
    cause: result.error,
  });
}
