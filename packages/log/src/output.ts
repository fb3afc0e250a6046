import type { Writable } from "node:stream";
import { isatty } from "node:tty";
import type { Logger } from "@kratos-ts/core";
import { fileSink } from "./file-sink.ts";
import { pinoBackend } from "./pino-backend.ts";
import { prettyLine } from "./pretty.ts";
import type { Sink, SinkOptions } from "./sink.ts";
import { streamSink } from "./stream-sink.ts";

/** Where lines go: the process's own streams, a file that is appended to, or a stream of yours. */
export type LogDestination = "stdout" | "stderr" | { readonly file: string } | Writable;

export interface OutputOptions {
  readonly destination?: LogDestination | undefined;
  readonly format?: "json" | "pretty" | undefined;
  readonly maxBuffered?: number | undefined;
  readonly onError?: ((error: Error) => void) | undefined;
  readonly backend?: LogBackend | undefined;
}

/** A logger that writes in the place of pino. */
export type LogBackend = Logger & Partial<AsyncDisposable> & { readonly dropped?: number; flush?(): Promise<void> };

/** What writes the lines, and how it ends. */
export interface Output {
  readonly backend: Logger;
  readonly dropped: number;
  flush(): Promise<void>;
  close(): Promise<void>;
}

export function createOutput(options: OutputOptions): Output {
  const { backend } = options;
  if (backend !== undefined) return givenOutput(backend);
  const sink = createSink(options);
  const writer = isPretty(options) ? pretty(sink, terminalOf(options.destination)) : sink;
  return {
    backend: pinoBackend(writer),
    get dropped() {
      return sink.dropped;
    },
    flush: () => sink.flush(),
    close: () => sink.close(),
  };
}

function givenOutput(backend: LogBackend): Output {
  return {
    backend,
    get dropped() {
      return backend.dropped ?? 0;
    },
    flush: async () => backend.flush?.(),
    close: async () => backend[Symbol.asyncDispose]?.(),
  };
}

function createSink({ destination = "stdout", maxBuffered = 4 * 1024 * 1024, onError }: OutputOptions): Sink {
  if (!(maxBuffered > 0))
    throw new RangeError(`createLogger: maxBuffered must be a positive number, got ${maxBuffered}`);
  const options: SinkOptions = { maxBuffered, onError: guarded(onError) };
  if (destination === "stdout") return fileSink(1, options);
  if (destination === "stderr") return fileSink(2, options);
  return "file" in destination ? fileSink(destination.file, options) : streamSink(destination, options);
}

/** Whoever is told of a failing log can't make it worse. */
function guarded(onError: OutputOptions["onError"]): SinkOptions["onError"] {
  return (error) => {
    try {
      onError?.(error);
    } catch {
      // There is nobody left to tell.
    }
  };
}

function terminalOf(destination: LogDestination = "stdout"): boolean {
  if (destination === "stdout") return isatty(1);
  if (destination === "stderr") return isatty(2);
  return !("file" in destination) && (destination as { isTTY?: boolean }).isTTY === true;
}

function isPretty({ format, destination }: OutputOptions): boolean {
  return format === undefined ? terminalOf(destination) : format === "pretty";
}

function pretty(sink: Sink, terminal: boolean): Pick<Sink, "write"> {
  // https://no-color.org
  const colored = terminal && !process.env.NO_COLOR;
  return { write: (line) => sink.write(prettyLine(line, colored)) };
}
