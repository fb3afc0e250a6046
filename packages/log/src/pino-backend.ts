import type { LogFields, Logger, LogLevel } from "@kratos-ts/core";
import { type Logger as PinoLogger, pino } from "pino";
import type { Sink } from "./sink.ts";

/** What a line of JSON has beside its fields, named as Go's slog does. A field of such a name is written as `fields.…`. */
const ownNames = new Set(["time", "level", "msg"]);

/** Lines of JSON by pino, which writes fields that are bound once and not for each line. */
export function pinoBackend(sink: Pick<Sink, "write">): Logger {
  const root = pino(
    {
      level: "debug",
      base: null,
      messageKey: "msg",
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label.toUpperCase() }) },
      // Values come rendered; pino would make another of what is called err.
      serializers: { err: (value: unknown) => value },
    },
    sink,
  );
  return boundLogger(root, {});
}

function boundLogger(root: PinoLogger, bound: LogFields): Logger {
  let child: PinoLogger | undefined;
  const log = (level: LogLevel) => (message: string, fields?: LogFields) => {
    if (fields !== undefined && clashes(fields, bound)) root[level]({ ...bound, ...renamed(fields) }, message);
    else {
      child ??= root.child(bound);
      if (fields === undefined) child[level](message);
      else child[level](fields, message);
    }
  };
  return {
    debug: log("debug"),
    info: log("info"),
    warn: log("warn"),
    error: log("error"),
    enabled: () => true,
    with: (fields) => boundLogger(root, { ...bound, ...renamed(fields) }),
  };
}

/** Whether the line would have a name twice. */
function clashes(fields: LogFields, bound: LogFields): boolean {
  for (const name in fields) if (ownNames.has(name) || Object.hasOwn(bound, name)) return true;
  return false;
}

function renamed(fields: LogFields): LogFields {
  const names = Object.keys(fields);
  if (!names.some((name) => ownNames.has(name))) return fields;
  return Object.fromEntries(names.map((name) => [ownNames.has(name) ? `fields.${name}` : name, fields[name]]));
}
