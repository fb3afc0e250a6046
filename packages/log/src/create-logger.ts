import type { LogFields, LogLevel } from "@kratos-ts/core";
import { type ContextValue, createContextValues } from "./context-values.ts";
import { type ComponentLogger, type Front, frontLogger } from "./front-logger.ts";
import { LevelControl } from "./level-control.ts";
import { levelHandler, type WebHandler } from "./level-handler.ts";
import { listenForLevel } from "./level-signal.ts";
import type { LineFilter } from "./line-filter.ts";
import { createMasking, type MaskOptions } from "./masking.ts";
import { createMessageWriter, type MessageTypes } from "./message-json.ts";
import { createOutput, type LogBackend, type LogDestination } from "./output.ts";

export interface LoggerOptions {
  /** The lowest level that is written. Default `info`. */
  level?: LogLevel | undefined;
  /** Levels of components that have another. Default none. */
  components?: Readonly<Record<string, LogLevel>> | undefined;
  /** A signal that switches to debug, and back when it comes again, such as `SIGUSR2`. Default none. */
  levelSignal?: NodeJS.Signals | undefined;
  /** What every line has. Default none. */
  fields?: LogFields | undefined;
  /** More of every line, from the context of the call. Default: `service.id`, `service.name`, `service.version` of the app; yours are added. */
  values?: Readonly<Record<string, ContextValue>> | undefined;
  /** Adds the field `caller`, as `folder/file.ts:7`. It costs several µs a line. Default false. */
  caller?: boolean | undefined;
  /** What is masked. Default: fields of messages that have the option `debug_redact`. */
  mask?: MaskOptions | undefined;
  /** Whether to write a line. Default: yes. */
  filter?: LineFilter | undefined;
  /** Services, files or messages whose messages are written as Protobuf JSON. Default: those of the method being called. */
  types?: MessageTypes | undefined;
  /** Default `stdout`. */
  destination?: LogDestination | undefined;
  /** Default: `pretty` where the destination is a terminal, else `json`. */
  format?: "json" | "pretty" | undefined;
  /** The most that waits for a slow destination, in bytes; what comes on top is dropped, and counted. Default 4 MiB. */
  maxBuffered?: number | undefined;
  /** Is told when the destination fails. Default: nobody. */
  onError?: ((error: Error) => void) | undefined;
  /** A logger that writes in the place of pino, such as one of contrib/log-*; destination, format, maxBuffered and onError are then its own. */
  backend?: LogBackend | undefined;
}

export interface RootLogger extends ComponentLogger, AsyncDisposable {
  /** The lowest level that is written, where a component has no other. */
  readonly level: LogLevel;
  /** Changes it at once for all loggers made from this one, or for one component. Throws a RangeError for what is no level. */
  setLevel(level: LogLevel, component?: string): void;
  /** Tells and sets levels over HTTP: `server.mount("/log/level", logger.levelHandler())`. Not for the public. */
  levelHandler(): WebHandler;
  /** How many lines were dropped because the destination, or the backend, failed or was too slow. */
  readonly dropped: number;
  /** Resolves when what was logged is written, after 2 s at the latest. */
  flush(): Promise<void>;
  /** Writes what is left, and ends. What is logged afterwards is dropped. */
  close(): Promise<void>;
}

/**
 * Makes a logger: lines of JSON by pino, named as Kratos and Go's slog name them, or lines for people on a terminal. It
 * never throws and never waits; what it can't write it drops, and counts. Throws a RangeError for an option that can't
 * be, and the system's error for a file that can't be opened.
 */
export function createLogger(options: LoggerOptions = {}): RootLogger {
  const { level = "info", components = {}, values = {}, caller = false, mask, filter, types = [] } = options;
  const control = new LevelControl({ level, components });
  const output = createOutput(options);
  let lost = 0;
  const front: Front = {
    control,
    filter,
    lost: () => void lost++,
    contextValues: createContextValues({ values, caller }),
    masking: createMasking(mask),
    messages: createMessageWriter(types),
  };
  const root = frontLogger(front, { backend: output.backend, bound: {}, threshold: control.root });
  const logger = options.fields === undefined ? root : root.with(options.fields);
  const stopListening = options.levelSignal && listenForLevel(options.levelSignal, control);
  const close = async (): Promise<void> => {
    stopListening?.();
    await output.close();
  };
  return {
    ...logger,
    get level() {
      return control.level;
    },
    setLevel: (level, component) => control.set(level, component),
    levelHandler: () => levelHandler(control),
    get dropped() {
      return output.dropped + lost;
    },
    flush: output.flush,
    close,
    [Symbol.asyncDispose]: close,
  };
}
