import { type DescField, type DescMessage, type DescMethod, getOption, hasOption } from "@bufbuild/protobuf";
import { operationOf } from "@kratos-ts/core";
import { http } from "@kratos-ts/core/proto/google/api/annotations_pb.js";
import type { HttpRule } from "@kratos-ts/core/proto/google/api/http_pb.js";
import { type PathTemplate, parsePathTemplate } from "./path-template.ts";

/** One way to call a method over HTTP. */
export interface HttpBinding {
  /** The HTTP verb, as it was written in a custom pattern. */
  readonly verb: string;
  readonly template: PathTemplate;
  /** What the body holds: nothing, the whole request message (`*`), or one field of it. */
  readonly body: BodyTarget;
  /** Whether fields that are in neither path nor body travel as query. */
  readonly query: boolean;
  /** The field of the reply that is the body; undefined: the whole reply. */
  readonly responseBody: DescField | undefined;
  /**
   * Whether the method has a rule. One without is reached by `POST /package.Service/Method`: a client sends its fields
   * as query (Go servers read nothing else there), a server reads body and query.
   */
  readonly declared: boolean;
}

export type BodyTarget = undefined | "*" | DescField;

/** The bindings of a method: its rule's main one first. Throws an Error that names the method when the rule is wrong. */
export function httpBindingsOf(method: DescMethod): HttpBinding[] {
  if (!hasOption(method, http)) return [undeclared(method)];
  const rule = getOption(method, http);
  return [rule, ...rule.additionalBindings].map((each) => {
    try {
      return bindingOf(each, method);
    } catch (error) {
      throw new Error(`google.api.http of ${operationOf(method)}: ${(error as Error).message}`, { cause: error });
    }
  });
}

function bindingOf(rule: HttpRule, method: DescMethod): HttpBinding {
  const { pattern } = rule;
  if (pattern.case === undefined) throw new Error("a rule needs a verb and a path");
  const [verb, path] =
    pattern.case === "custom" ? [pattern.value.kind, pattern.value.path] : [pattern.case.toUpperCase(), pattern.value];
  return {
    verb,
    template: parsePathTemplate(path),
    body: rule.body === "" || rule.body === "*" ? rule.body || undefined : fieldOf(method.input, rule.body, "body"),
    query: rule.body !== "*",
    responseBody: rule.responseBody === "" ? undefined : fieldOf(method.output, rule.responseBody, "response_body"),
    declared: true,
  };
}

function undeclared(method: DescMethod): HttpBinding {
  const template = parsePathTemplate(operationOf(method));
  return { verb: "POST", template, body: "*", query: true, responseBody: undefined, declared: false };
}

function fieldOf(message: DescMessage, name: string, option: string): DescField {
  const field = message.fields.find((each) => each.name === name || each.jsonName === name);
  if (field === undefined) throw new Error(`${option} ${JSON.stringify(name)} is no field of ${message.typeName}`);
  return field;
}
