import type { LogLevel } from "@kratos-ts/core";
import { checkLevel, levels } from "./levels.ts";

/** The lowest level that a component writes: one object that its loggers share, so that a change reaches them all. */
export interface Threshold {
  rank: number;
}

export interface LevelControlOptions {
  readonly level: LogLevel;
  readonly components: Readonly<Record<string, LogLevel>>;
}

/** The levels of a logger and of its components, which may change at run time. */
export class LevelControl {
  readonly root: Threshold;
  readonly #own = new Map<string, LogLevel>();
  readonly #thresholds = new Map<string, Threshold>();

  constructor({ level, components }: LevelControlOptions) {
    this.root = { rank: levels.indexOf(checkLevel(level)) };
    for (const [component, own] of Object.entries(components)) this.set(own, component);
  }

  get level(): LogLevel {
    return levels[this.root.rank] as LogLevel;
  }

  /** The components that have a level of their own. */
  get components(): Record<string, LogLevel> {
    return Object.fromEntries(this.#own);
  }

  set(level: LogLevel, component?: string): void {
    checkLevel(level);
    if (component === undefined) this.root.rank = levels.indexOf(level);
    else this.#setOwn(component, level);
    this.#update();
  }

  /** From here on the component has the level of the logger. */
  reset(component: string): void {
    this.#own.delete(component);
    this.#update();
  }

  /** What is more than `maxComponents` follows the logger. */
  threshold(component: string): Threshold {
    let threshold = this.#thresholds.get(component);
    if (threshold === undefined) {
      if (this.#thresholds.size >= maxComponents) return this.root;
      threshold = { rank: this.#rankOf(component) };
      this.#thresholds.set(component, threshold);
    }
    return threshold;
  }

  #setOwn(component: string, level: LogLevel): void {
    if (!this.#own.has(component) && this.#own.size >= maxComponents)
      throw new RangeError(`at most ${maxComponents} components may have a level of their own`);
    this.#own.set(component, level);
  }

  #update(): void {
    for (const [component, threshold] of this.#thresholds) threshold.rank = this.#rankOf(component);
  }

  #rankOf(component: string): number {
    const own = this.#own.get(component);
    return own === undefined ? this.root.rank : levels.indexOf(own);
  }
}

// Levels are set from outside as well, by the handler, and names of components may be made up at run time.
const maxComponents = 1000;
