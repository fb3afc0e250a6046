import type { LogLevel } from "@kratos-ts/core";
import type { LevelControl } from "./level-control.ts";

/** Makes a signal switch to debug, and the next one back. Gives what ends it. */
export function listenForLevel(signal: NodeJS.Signals, control: LevelControl): () => void {
  let before: LogLevel = control.level === "debug" ? "info" : control.level;
  const toggle = (): void => {
    if (control.level === "debug") control.set(before);
    else {
      before = control.level;
      control.set("debug");
    }
  };
  process.on(signal, toggle);
  return () => void process.off(signal, toggle);
}
