import type { DescField, DescMessage, DescOneof } from "@bufbuild/protobuf";
import { goFieldNames } from "./go-names.ts";

/** The names of a message's elements. */
export interface MessagePlan {
  /** What each member is written as. */
  readonly names: ReadonlyMap<DescField | DescOneof, string>;
  /** The member that an element stands for: by its Go name, its JSON name or its original name. */
  readonly members: ReadonlyMap<string, DescField | DescOneof>;
}

const plans = new WeakMap<DescMessage, MessagePlan>();

export function messagePlan(desc: DescMessage): MessagePlan {
  let plan = plans.get(desc);
  if (plan === undefined) {
    plan = makePlan(desc);
    plans.set(desc, plan);
  }
  return plan;
}

function makePlan(desc: DescMessage): MessagePlan {
  const names = goFieldNames(desc);
  const members = new Map<string, DescField | DescOneof>();
  // A Go name is never taken by what another field is called elsewhere.
  for (const [member, name] of names) members.set(name, member);
  for (const field of desc.fields)
    for (const name of [field.jsonName, field.name]) if (!members.has(name)) members.set(name, field);
  for (const oneof of desc.oneofs) if (!members.has(oneof.name)) members.set(oneof.name, oneof);
  return { names, members };
}
