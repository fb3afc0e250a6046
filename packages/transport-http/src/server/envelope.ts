import type { DescField, DescMessage } from "@bufbuild/protobuf";
import { compileEnvelopeData, type EnvelopeData } from "./envelope-data.ts";
import { type EnvelopeNames, errorEnvelopeType } from "./envelope-type.ts";

/**
 * Replies as `{"code":0,"message":"","data":{…}}` and errors as
 * `{"code":404,"reason":"USER_NOT_FOUND","message":"…","data":null,"metadata":{}}`, in every codec.
 */
export interface EnvelopeOptions {
  /** What the fields are called. Default: each by its own name here. */
  names?: Partial<EnvelopeNames> | undefined;
  /** The code of a reply that is no error, a 32-bit integer. Default 0. */
  successCode?: number | undefined;
  /** The message of a reply that is no error. Default "". */
  successMessage?: string | undefined;
  /** The HTTP status of every error, such as 200. Default: the error's own code. */
  errorStatus?: number | undefined;
}

/** The options as the server uses them. */
export interface Envelope {
  /** The type of error replies; the fields of `errors.Status` are among its own. */
  readonly errorType: DescMessage;
  /** undefined: the error's own. */
  readonly errorStatus: number | undefined;
  /** Compiles the envelope around a message, or around a field that is the whole body. */
  compile(type: DescMessage | DescField): CompiledEnvelope;
}

export interface CompiledEnvelope {
  readonly type: DescMessage;
  /** A message of `type` around the handler's value. */
  wrap(value: unknown): object;
}

/** Throws a RangeError for a code or status that can't be one, and an Error for two fields of one name. */
export function createEnvelope(options: EnvelopeOptions): Envelope {
  const { successCode = 0, successMessage = "", errorStatus } = options;
  const names = resolveNames(options.names);
  if ((successCode | 0) !== successCode)
    throw new RangeError(`option envelope.successCode must be a 32-bit integer, not ${successCode}`);
  if (errorStatus !== undefined && !(Number.isInteger(errorStatus) && errorStatus >= 200 && errorStatus <= 599))
    throw new RangeError(`option envelope.errorStatus must be a status from 200 to 599, not ${errorStatus}`);
  return {
    errorType: errorEnvelopeType(names),
    errorStatus,
    compile(type) {
      const data: EnvelopeData = compileEnvelopeData(type, names);
      return {
        type: data.type,
        wrap: (value) => ({ code: successCode, message: successMessage, data: data.of(value) }),
      };
    },
  };
}

function resolveNames(given: Partial<EnvelopeNames> = {}): EnvelopeNames {
  const { code = "code", reason = "reason", message = "message", data = "data", metadata = "metadata" } = given;
  const all = [code, reason, message, data, metadata];
  const wrong = all.find((name, i) => name === "" || all.indexOf(name) !== i);
  if (wrong !== undefined)
    throw new Error(`option envelope.names must give each field a name of its own: ${JSON.stringify(wrong)} is none`);
  return { code, reason, message, data, metadata };
}
