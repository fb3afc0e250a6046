/** The server of a backend, as its tests stop it. */
export interface StoppableServer {
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
  /** Starts it again, with or without the data that it had; resolves when it answers. */
  restart(): Promise<void>;
  /** Stops it in its tracks, and lets it go on. */
  pause(): void;
  resume(): void;
}

/** The network between registries and the server, as its tests break it. */
export interface BreakableNetwork {
  /** Resets all connections, and each new one at once. */
  cut(): void;
  /** Nothing gets through; after `heal` it does. */
  drop(): void;
  /** Nothing gets through old connections, ever; new ones work. */
  strand(): void;
  /** Everything takes so long in each direction, in ms. */
  delay(ms: number): void;
  heal(): void;
}

/** For what is to happen after an outage, but not at once, in ms. */
export function lenientMs({ timeoutMs }: { readonly timeoutMs: number }): number {
  return 16 * timeoutMs;
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
