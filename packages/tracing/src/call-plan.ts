import type { CallInfo, Context, KratosError } from "@kratos-ts/core";
import type { Attributes } from "@opentelemetry/api";
import { failureRule } from "./failure-rule.ts";
import { kratosAttributes } from "./kratos-attributes.ts";
import type { TracingOptions } from "./options.ts";
import { standardAttributes } from "./standard-attributes.ts";

/** One call, as it begins. */
export interface BegunCall {
  readonly ctx: Context;
  readonly req: unknown;
}

/** One call, as it ends: with a reply, or with an error. */
export interface EndedCall extends BegunCall {
  readonly reply?: unknown;
  readonly error?: KratosError | undefined;
}

/** The attributes that one set of conventions has for the calls of a method. */
export interface CallAttributes {
  /** The same for each call. */
  readonly fixed: Attributes;
  /** Adds what is known of a call as it begins. */
  begun(attributes: Attributes, call: BegunCall): void;
  /** Adds what is known of it once it has ended. */
  ended(attributes: Attributes, call: EndedCall): void;
}

/** What is decided once for all calls of a method. */
export interface CallPlan {
  readonly operation: string;
  readonly attributes: CallAttributes;
  readonly streamsRequests: boolean;
  readonly streamsReplies: boolean;
  readonly maxMessageEvents: number;
  /** Whether the span of a call that ended so has failed. */
  failed(call: EndedCall): boolean;
}

export function callPlan(info: CallInfo, options: TracingOptions): CallPlan {
  const { kratosAttributes: withKratos = false, maxMessageEvents = 100 } = options;
  if (!(maxMessageEvents >= 0))
    throw new RangeError(`tracing: maxMessageEvents is ${maxMessageEvents}, but has to be 0 or more`);
  const kind = info.method?.methodKind;
  const standard = standardAttributes(info, { kratosAttributes: withKratos });
  return {
    operation: info.operation,
    attributes: withKratos ? both(standard, kratosAttributes(info, options)) : standard,
    streamsRequests: kind === "client_streaming" || kind === "bidi_streaming",
    streamsReplies: kind === "server_streaming" || kind === "bidi_streaming",
    maxMessageEvents,
    failed: failureRule(info),
  };
}

function both(first: CallAttributes, second: CallAttributes): CallAttributes {
  return {
    fixed: { ...first.fixed, ...second.fixed },
    begun(attributes, call) {
      first.begun(attributes, call);
      second.begun(attributes, call);
    },
    ended(attributes, call) {
      first.ended(attributes, call);
      second.ended(attributes, call);
    },
  };
}
