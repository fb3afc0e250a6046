import { appInfoKey, type Context, currentContext } from "@kratos-ts/core";
import { callerPlace } from "./caller.ts";

/** Gives a field of each line, from the context of the call that it is logged in; undefined: the line has no such field. */
export type ContextValue = (ctx: Context | undefined) => unknown;

/** What every line has within an app. */
const serviceValues: Readonly<Record<string, ContextValue>> = {
  "service.id": (ctx) => ctx?.get(appInfoKey)?.id,
  "service.name": (ctx) => ctx?.get(appInfoKey)?.name,
  "service.version": (ctx) => ctx?.get(appInfoKey)?.version,
};

export interface ContextValuesOptions {
  readonly values: Readonly<Record<string, ContextValue>>;
  readonly caller: boolean;
}

/** The values of a line; those under names that the logger has bound are left out, as what is bound is nearer. */
export type ContextValues = (bound: object) => Record<string, unknown>;

export function createContextValues({ values, caller }: ContextValuesOptions): ContextValues {
  const all: Record<string, ContextValue> = { ...serviceValues, ...values };
  if (caller) all.caller ??= callerPlace;
  const pairs = Object.entries(all);
  return (bound) => {
    const ctx = currentContext();
    const found: Record<string, unknown> = {};
    for (const [name, read] of pairs) {
      if (Object.hasOwn(bound, name)) continue;
      const value = attempt(read, ctx);
      if (value !== undefined) found[name] = value;
    }
    return found;
  };
}

function attempt(read: ContextValue, ctx: Context | undefined): unknown {
  try {
    return read(ctx);
  } catch {
    return undefined; // a line without it is better than none
  }
}
