/** What is asked of a server under load. */
export interface Load {
  readonly protocol: "http/1.1" | "h2";
  /** Asked in turns by every connection. */
  readonly paths: readonly string[];
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The body of each request, which makes them POST. */
  readonly body?: string | Uint8Array | undefined;
  /** Throws when a reply's body is not the right one. */
  check(body: Buffer): void;
}
