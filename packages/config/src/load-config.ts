import { AsyncLocalStorage } from "node:async_hooks";
import { type ConfigKeyValue, type ConfigSource, type Logger, noopLogger } from "@kratos-ts/core";
import type { Config } from "./config.ts";
import { ConfigError, messageOf } from "./config-error.ts";
import { type BackoffOptions, followSource } from "./follow-source.ts";
import type { ConfigDecoder } from "./formats.ts";
import { LiveConfig } from "./live-config.ts";
import { type ResolveTreeOptions, resolveTree, type SourceContent } from "./resolve.ts";
import { type ConfigOf, type ConfigSchema, checkTree } from "./schema.ts";
import { createSnapshot, type Snapshot } from "./snapshot.ts";
import { SourceContents } from "./source-contents.ts";
import { share } from "./tree.ts";

// Sources are followed for longer than a call in which a configuration may be loaded.
const atRoot = AsyncLocalStorage.snapshot();

export interface LoadConfigOptions<S extends ConfigSchema | undefined = undefined> {
  /** Merged in this order: objects deep, the rest replaced by the later source. */
  sources: readonly ConfigSource[];
  /** What the whole must be: a Standard Schema, or a Protobuf message's descriptor. Default: any tree. */
  schema?: S | undefined;
  /**
   * Whether a string with a placeholder becomes a boolean (`true`, `false`), a number (decimal) or a string (all else,
   * and what is in double quotes), by its first placeholder's value, which takes the place of the whole string. Default
   * false: it stays a string.
   */
  resolveActualTypes?: boolean | undefined;
  /** Readers of more formats, by name, such as `{ xml: parseXml }`; one of a built-in name replaces that. */
  decoders?: Readonly<Record<string, ConfigDecoder>> | undefined;
  /** Is told of refused changes and of sources that fail, from the start. Default: nobody. */
  onError?: ((error: ConfigError) => void) | undefined;
  /** Gets the same as warnings. Default: silent. */
  logger?: Logger | undefined;
  /** Whether changes of the sources are followed. Default true. */
  watch?: boolean | undefined;
  backoff?: BackoffOptions | undefined;
  /** Gives up loading when it aborts. Default: never. */
  signal?: AbortSignal | undefined;
}

/**
 * Loads and merges all sources, checks the whole, and follows their changes until it is closed.
 * Throws a ConfigError when a source can't be loaded or read, or the whole is not what the schema wants.
 */
export async function loadConfig<S extends ConfigSchema | undefined = undefined>(
  options: LoadConfigOptions<S>,
): Promise<Config<ConfigOf<S>>> {
  const { sources, signal } = options;
  const loaded = await Promise.all(sources.map((source) => loadSource(source, signal)));
  const contents = new SourceContents(
    loaded.map((keyValues, i) => ({ source: sources[i]!.name, keyValues })),
    (candidate, current: Snapshot<ConfigOf<S>> | undefined) => makeSnapshot(candidate, options, current),
  );
  const config = new LiveConfig(await contents.first());
  if (options.watch !== false) follow(config, contents, options);
  return config;
}

async function loadSource(source: ConfigSource, signal?: AbortSignal): Promise<readonly ConfigKeyValue[]> {
  try {
    return await source.load({ signal });
  } catch (cause) {
    signal?.throwIfAborted();
    throw new ConfigError([{ source: source.name, message: `can't be loaded: ${messageOf(cause)}` }], { cause });
  }
}

/** The snapshot of what the sources hold: the current one when nothing differs. Throws a ConfigError. */
async function makeSnapshot<S extends ConfigSchema | undefined>(
  contents: readonly SourceContent[],
  options: LoadConfigOptions<S>,
  current?: Snapshot<ConfigOf<S>>,
): Promise<Snapshot<ConfigOf<S>>> {
  const { resolveActualTypes = false, decoders = {}, schema } = options;
  const settings: ResolveTreeOptions = { resolveActualTypes, decoders };
  const resolved = resolveTree(contents, settings);
  const tree = share(current?.tree, resolved.tree);
  if (current !== undefined && tree === current.tree) return current;
  const data = await checkTree(schema, { ...resolved, tree });
  return createSnapshot(tree, data as ConfigOf<S>);
}

function follow<T>(
  config: LiveConfig<T>,
  contents: SourceContents<Snapshot<T>>,
  options: LoadConfigOptions<ConfigSchema | undefined>,
): void {
  const { sources, onError, logger = noopLogger } = options;
  config.observeErrors((error) => logger.warn("configuration", { error }));
  if (onError !== undefined) config.observeErrors(onError);
  const { initialMs = 1000, maxMs = 30_000 } = options.backoff ?? {};
  const following = sources.map((source, index) =>
    atRoot(followSource, source, {
      signal: config.signal,
      backoff: { initialMs, maxMs },
      onContent: (keyValues) => contents.update(index, keyValues),
      onFailure: (cause) =>
        config.fail(new ConfigError([{ source: source.name, message: cause.message }], { cause: cause.cause })),
    }),
  );
  contents.listen({
    accepted: (snapshot) => {
      if (!config.signal.aborted) config.replace(snapshot);
    },
    refused: (error) => config.fail(error instanceof ConfigError ? error : failure(error)),
  });
  config.endWith(Promise.all(following));
}

/** What a schema threw, which it should not. */
function failure(cause: unknown): ConfigError {
  return new ConfigError([{ message: `the schema failed: ${messageOf(cause)}` }], { cause });
}
