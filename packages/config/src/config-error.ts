/** One thing that is wrong with a configuration. */
export interface ConfigIssue {
  /** Where in the tree, dotted: `server.http.port`; undefined: the whole. */
  readonly path?: string | undefined;
  /** The source that the value came from, by its name; undefined when none has it. */
  readonly source?: string | undefined;
  /** The key of that source: a file's name, a variable, a dotted path. */
  readonly key?: string | undefined;
  /** What was expected there, and what came. */
  readonly message: string;
}

/** Configuration that can't be loaded or is refused; its message lists all issues. */
export class ConfigError extends Error {
  readonly issues: readonly ConfigIssue[];

  static {
    Object.defineProperty(ConfigError.prototype, "name", { value: "ConfigError", writable: true, configurable: true });
  }

  constructor(issues: readonly ConfigIssue[], options?: { readonly cause?: unknown }) {
    super(issues.map(describe).join("\n"), options);
    this.issues = issues;
  }
}

function describe({ path, source, key, message }: ConfigIssue): string {
  const origin =
    source === undefined ? undefined : key === undefined ? source : `${source}, key ${JSON.stringify(key)}`;
  if (path === undefined) return origin === undefined ? message : `${origin}: ${message}`;
  return `${path} (${origin ?? "in no source"}): ${message}`;
}

/** What was thrown, as text. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
