import type { HeaderList } from "@kratos-ts/core";
import { diag, type TextMapGetter, type TextMapSetter } from "@opentelemetry/api";

/** Reads what a caller sent. */
export const headerGetter: TextMapGetter<HeaderList> = {
  get: (header, name) => header.get(name) ?? undefined,
  keys: (header) => [...header.keys()],
};

/** Writes what a call sends. A value that no header can hold is left out: tracing never fails a call. */
export const headerSetter: TextMapSetter<HeaderList> = {
  set(header, name, value) {
    try {
      header.set(name, value);
    } catch (error) {
      diag.warn(`kratos tracing: header ${name} is not sent`, error);
    }
  },
};
