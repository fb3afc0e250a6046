export { type App, createApp } from "./app.ts";
export type { Hook, Hooks } from "./hooks.ts";
export type { AppOptions } from "./options.ts";
