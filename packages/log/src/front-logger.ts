import type { LogFields, Logger, LogLevel } from "@kratos-ts/core";
import type { ContextValues } from "./context-values.ts";
import type { LevelControl, Threshold } from "./level-control.ts";
import { levels } from "./levels.ts";
import { type LineFilter, passes } from "./line-filter.ts";
import { type RenderOptions, renderFields } from "./render-fields.ts";

/** A logger with a level that may change, whose children can be components with levels of their own. */
export interface ComponentLogger extends Logger {
  with(fields: LogFields): ComponentLogger;
  /** The logger of a part of the program: its lines have the field `component`, its level can be set by that name. */
  component(name: string): ComponentLogger;
}

/** What all loggers of one `createLogger` share. */
export interface Front extends RenderOptions {
  readonly control: LevelControl;
  readonly contextValues: ContextValues;
  readonly filter: LineFilter | undefined;
  /** Is told of a line that could not be written. */
  lost(): void;
}

/** Where one of them stands. */
export interface Place {
  /** Where lines go when they are rendered; its fields are bound already. */
  readonly backend: Logger;
  readonly bound: LogFields;
  readonly threshold: Threshold;
}

/** Renders, masks and filters lines before they reach the backend. */
export function frontLogger(front: Front, place: Place): ComponentLogger {
  const { backend, bound, threshold } = place;
  const withFields = (fields: LogFields, to: Threshold = threshold): ComponentLogger => {
    const rendered = renderFields(fields, front);
    return frontLogger(front, {
      backend: backend.with(rendered),
      bound: { ...bound, ...rendered },
      threshold: to,
    });
  };
  const log = (level: LogLevel) => {
    const rank = levels.indexOf(level);
    return (message: string, fields?: LogFields): void => {
      if (rank < threshold.rank) return;
      try {
        if (backend.enabled(level)) write(front, { ...place, level, message, fields });
      } catch {
        front.lost();
      }
    };
  };
  return {
    debug: log("debug"),
    info: log("info"),
    warn: log("warn"),
    error: log("error"),
    enabled: (level) => levels.indexOf(level) >= threshold.rank && backend.enabled(level),
    with: (fields) => withFields(fields),
    component: (name) => withFields({ component: name }, front.control.threshold(name)),
  };
}

interface Line extends Place {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields | undefined;
}

function write(front: Front, { backend, bound, level, message, fields }: Line): void {
  const rendered = renderFields({ ...front.contextValues(bound), ...fields }, front);
  const text = front.masking.text(String(message));
  if (front.filter !== undefined) {
    const line = { level, message: text, fields: { ...bound, ...rendered } };
    if (!passes(front.filter, line)) return;
  }
  backend[level](text, rendered);
}
