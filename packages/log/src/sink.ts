/** Where lines of text go. It never throws and never blocks; what it can't take it drops, and counts. */
export interface Sink {
  write(line: string): void;
  /** How many lines were dropped. */
  readonly dropped: number;
  /** Resolves when all that was written is out, or can't be. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

export interface SinkOptions {
  /** The most that waits, in bytes. */
  readonly maxBuffered: number;
  /** Is told why the sink failed, each time. */
  readonly onError: (error: Error) => void;
}

/** How long a flush waits for a sink that takes nothing, in ms. */
const flushTimeout = 2000;

/** Resolves when `begin` calls back, in any case after a while. */
export function settled(begin: (done: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, flushTimeout);
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    try {
      begin(done);
    } catch {
      done();
    }
  });
}
