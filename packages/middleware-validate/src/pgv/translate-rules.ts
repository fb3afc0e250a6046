import { create, type DescMessage } from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import { type FieldRules, FieldRulesSchema, Ignore } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { type FieldRules as PgvRules, FieldRulesSchema as PgvRulesSchema } from "../gen/validate/validate_pb.ts";

/**
 * The rules of protovalidate that mean the same. It grew out of protoc-gen-validate, so that nearly every rule has kept
 * its name and type; what became an option of the field itself is moved there.
 */
export function translateRules(pgv: PgvRules): FieldRules {
  const rules = create(FieldRulesSchema);
  if (pgv.message?.skip) rules.ignore = Ignore.ALWAYS;
  if (pgv.message?.required) rules.required = true;
  copyRules(reflect(PgvRulesSchema, pgv), reflect(FieldRulesSchema, rules));
  const kind = pgv.type.value;
  if (kind !== undefined && "ignoreEmpty" in kind && kind.ignoreEmpty) rules.ignore = Ignore.IF_ZERO_VALUE;
  if (kind !== undefined && "required" in kind && kind.required) rules.required = true;
  return rules;
}

function copyRules(from: ReflectMessage, to: ReflectMessage): void {
  for (const field of from.fields) {
    if (!from.isSet(field)) continue;
    const target = to.desc.fields.find(({ name }) => name === field.name);
    // `message`, `required`, `ignore_empty` are seen to above; a map that is sparse does not exist in TypeScript.
    if (target === undefined || field.name === "message") continue;
    if (field.fieldKind === "message" && target.fieldKind === "message")
      to.set(target, translatedMessage(from.get(field), target.message));
    else if (field.fieldKind === "list" && target.fieldKind === "list")
      for (const item of from.get(field)) to.get(target).add(item);
    else to.set(target, from.get(field));
  }
}

function translatedMessage(from: ReflectMessage, target: DescMessage): ReflectMessage {
  if (from.desc.typeName === target.typeName) return from;
  if (from.desc.typeName === PgvRulesSchema.typeName)
    return reflect(FieldRulesSchema, translateRules(from.message as PgvRules));
  const rules = reflect(target, create(target));
  copyRules(from, rules);
  return rules;
}
