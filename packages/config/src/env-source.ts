import type { ConfigKeyValue, ConfigSource } from "@kratos-ts/core";

export interface EnvSourceOptions {
  /**
   * Takes only variables that begin with one of these; the prefix and one `_` after it are left out: with `APP`,
   * `APP_PORT` is the key `PORT`. Default: all variables, as they are.
   */
  prefixes?: readonly string[] | undefined;
  /** Where the variables are. Default `process.env`. */
  env?: Readonly<Record<string, string | undefined>> | undefined;
}

/** Environment variables as keys: dots in names are paths, values are text. They are read once, when loaded. */
export function envSource(options: EnvSourceOptions = {}): ConfigSource {
  const { prefixes, env = process.env } = options;
  const name = prefixes === undefined ? "environment" : `environment ${prefixes.join(", ")}`;
  return {
    name,
    load: async () =>
      Object.entries(env).flatMap(([variable, value]): ConfigKeyValue[] => {
        const key = keyOf(variable, prefixes);
        return value === undefined || !key ? [] : [{ key, value: new TextEncoder().encode(value) }];
      }),
  };
}

function keyOf(variable: string, prefixes: readonly string[] | undefined): string | undefined {
  if (prefixes === undefined || prefixes.length === 0) return variable;
  const prefix = prefixes.find((prefix) => variable.startsWith(prefix));
  return prefix === undefined ? undefined : variable.slice(prefix.length).replace(/^_/, "");
}
