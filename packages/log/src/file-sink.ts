import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { pino } from "pino";
import { type Sink, type SinkOptions, settled } from "./sink.ts";

/**
 * Writes to a file, or to a descriptor such as that of stdout, by pino's own stream. What a full disk refuses is tried
 * again with the next line, and what waits when the process exits is written then.
 */
export function fileSink(target: string | number, options: SinkOptions): Sink {
  if (typeof target === "string") checkFile(target);
  return new FileSink(target, options);
}

class FileSink implements Sink {
  dropped = 0;
  readonly #stream: ReturnType<typeof pino.destination>;
  readonly #maxBuffered: number;
  readonly #onError: (error: Error) => void;
  #waiting = 0;
  #failing = false;
  #closed: Promise<void> | undefined;

  constructor(target: string | number, { maxBuffered, onError }: SinkOptions) {
    this.#maxBuffered = maxBuffered;
    this.#onError = onError;
    this.#stream = pino.destination({ dest: target, sync: false });
    this.#stream.on("write", (bytes: number) => {
      this.#waiting -= bytes;
      this.#failing = false;
    });
    this.#stream.on("error", (error: NodeJS.ErrnoException) => this.#failed(error));
  }

  write(line: string): void {
    const bytes = Buffer.byteLength(line);
    if (this.#closed !== undefined || this.#waiting + bytes > this.#maxBuffered) this.dropped++;
    else this.#attempt(line, bytes);
  }

  flush(): Promise<void> {
    if (this.#closed !== undefined) return this.#closed;
    return settled((done) => {
      if (this.#waiting === 0) return done();
      const look = (): void => {
        if (this.#waiting > 0 && !this.#failing) return;
        this.#stream.off("write", look);
        this.#stream.off("error", look);
        done();
      };
      this.#stream.on("write", look);
      this.#stream.on("error", look);
      // Nothing is on its way after a failure.
      this.#attempt("", 0);
    });
  }

  close(): Promise<void> {
    this.#closed ??= this.flush().then(() => this.#end());
    return this.#closed;
  }

  #attempt(text: string, bytes: number): void {
    try {
      this.#waiting += bytes;
      this.#stream.write(text);
    } catch (error) {
      this.#waiting -= bytes;
      this.dropped++;
      this.#onError(error as Error);
    }
  }

  #failed(error: NodeJS.ErrnoException): void {
    this.#failing = true;
    this.#onError(error);
    // Nobody will read from a broken pipe again, and pino takes lines for it to no end.
    if (error.code === "EPIPE") this.#closed ??= Promise.resolve();
  }

  #end(): Promise<void> {
    return settled((done) => {
      this.#stream.once("close", done);
      if (this.#failing) this.#stream.destroy();
      else this.#stream.end();
    });
  }
}

/** Throws when the file can't be opened: that is for whoever starts the program to know, not for a log that is not there. */
function checkFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  closeSync(openSync(path, "a"));
}
