import type { InstrumentOptions } from "@kratos-ts/core";

type Kind = "counter" | "gauge" | "histogram";

/** The instruments of a meter by name: the same name gives the same instrument. */
export class InstrumentTable {
  readonly #instruments = new Map<string, { kind: Kind; labels: string; instrument: unknown }>();

  /** Throws an Error when the name is that of another kind of instrument, or of one with other labels. */
  get<T>(kind: Kind, options: InstrumentOptions, create: () => T): T {
    const labels = [...(options.labels ?? [])].sort().join(", ");
    const found = this.#instruments.get(options.name);
    if (found === undefined) {
      const instrument = create();
      this.#instruments.set(options.name, { kind, labels, instrument });
      return instrument;
    }
    if (found.kind !== kind || found.labels !== labels)
      throw new Error(
        `the instrument ${options.name} is a ${found.kind} with the labels [${found.labels}] already, and can't be a ${kind} with [${labels}]`,
      );
    return found.instrument as T;
  }
}
