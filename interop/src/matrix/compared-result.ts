import { fromBinary, fromJson, type JsonObject, type JsonValue, toBinary, toJson } from "@bufbuild/protobuf";
import { services } from "../peer/dial.ts";
import { registry } from "../peer/message-types.ts";
import type { ErrorResult, Result } from "../peer/run.ts";
import type { MatrixCase } from "./cases.ts";

/** What of a result is compared: the same value in one form, without what differs from one run to the next. */
export function comparedResult(given: MatrixCase, { reply, replies, error }: Result): unknown {
  if (given.service === "Streams") return { reply, replies, error: error && comparedError(error) };
  if (error !== undefined) return { error: comparedError(error) };
  const desc = services[given.service]?.methods.find(({ name }) => name === given.method);
  if (desc === undefined || reply === undefined) return { reply };
  const type = desc.output;
  // Through the binary form: JSON has a float in more digits or fewer.
  const bytes = toBinary(type, fromJson(type, reply, { registry }));
  const json = toJson(type, fromBinary(type, bytes), { registry });
  if (type.name === "Everything") return { reply: comparedEverything(json as JsonObject) };
  if (type.name === "SeenReply") return { reply: comparedSeen(json as JsonObject) };
  return { reply: type.name === "SleepReply" ? comparedSleep(json as JsonObject) : json };
}

/** Left out are causes, text that is the language's own, and in whose words it is told that time ran out. */
function comparedError({ code, reason, message, metadata = {}, plain }: ErrorResult) {
  const late = code === 504 && reason === "";
  return plain || late || reason === "CODEC" ? { code, reason, metadata } : { code, reason, message, metadata };
}

/** Where protojson emits an unset google.protobuf.Value as null, that reads as a value that is null. */
function comparedEverything({ value, ...rest }: JsonObject): JsonObject {
  return value === null || value === undefined ? rest : { ...rest, value };
}

function comparedSeen({ headers = {}, traceId, ...rest }: JsonObject): JsonObject {
  const names = Object.keys(headers as JsonObject).filter((name) => /^x-|^traceparent$|^baggage$/.test(name));
  const told = names.map((name) => [
    name,
    name === "traceparent" ? "some" : ((headers as JsonObject)[name] as JsonValue),
  ]);
  return { ...rest, headers: Object.fromEntries(told), traced: traceId !== undefined };
}

/** To half a second: how long a call has taken differs. */
function comparedSleep({ remainingMillis = "0", ...rest }: JsonObject): JsonObject {
  return { ...rest, remainingSeconds: Math.round(Number(remainingMillis) / 500) / 2 };
}
