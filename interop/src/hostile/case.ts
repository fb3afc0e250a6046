/** Where the servers under attack listen, as URLs. */
export interface Targets {
  readonly http: string;
  /** An HTTP server with room for huge headers and bodies. */
  readonly wide: string;
  readonly grpc: string;
}

/** One hostile input. */
export interface HostileCase {
  readonly name: string;
  /** What is right: outcomes as `run` gives them, separated by `|` where the protocol leaves a choice. */
  readonly expected: string;
  /** Sends the input and says what came of it. */
  run(targets: Targets): Promise<string>;
  /** It waits for a limit of the server to end it, so that it runs beside the others of its kind. */
  readonly slow?: boolean | undefined;
  /** What mutation starts from. */
  readonly seed?: { readonly target: keyof Targets; readonly bytes: Buffer } | undefined;
}
