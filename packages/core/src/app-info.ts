import { type ContextKey, createContextKey } from "./context-key.ts";

/** What an app says of itself. */
export interface AppInfo {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** The URLs of its servers; empty until they listen. */
  readonly endpoints: readonly string[];
}

/** The app that a call is served by; undefined outside of apps. */
export const appInfoKey: ContextKey<AppInfo | undefined> = createContextKey<AppInfo | undefined>(undefined, {
  description: "app info",
});
