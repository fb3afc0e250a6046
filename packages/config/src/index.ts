export type { Config, ConfigChange, ConfigListener, ConfigWatchOptions } from "./config.ts";
export { ConfigError, type ConfigIssue } from "./config-error.ts";
export { type EnvSourceOptions, envSource } from "./env-source.ts";
export { type FileSourceOptions, fileSource } from "./file-source.ts";
export type { BackoffOptions } from "./follow-source.ts";
export type { ConfigDecoder } from "./formats.ts";
export { type LoadConfigOptions, loadConfig } from "./load-config.ts";
export type { ConfigOf, ConfigSchema } from "./schema.ts";
export type { ConfigTree, ConfigValue } from "./tree.ts";
