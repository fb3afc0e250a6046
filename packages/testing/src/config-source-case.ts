import type { ConfigKeyValue, ConfigSource } from "@kratos-ts/core";
import type { ConfigSourceCase, ConfigSourceSubject } from "./config-source-contract.ts";
import { ListReader } from "./list-reader.ts";

export function configSourceCase(
  name: string,
  check: (subject: ConfigSourceSubject) => Promise<void>,
): ConfigSourceCase {
  return { name, options: undefined, check };
}

/** The texts of a list, by key. */
export function textsOf(list: readonly ConfigKeyValue[]): Record<string, string> {
  return Object.fromEntries(list.map(({ key, value }) => [key, new TextDecoder().decode(value)]));
}

/** A watch of a source. */
export class ConfigReader extends ListReader<ConfigKeyValue> {
  constructor(source: ConfigSource) {
    super((options) => {
      if (source.watch === undefined) throw new Error(`${source.name} can't be watched`);
      return source.watch(options);
    });
  }

  /** Reads lists until one has just these texts. */
  until(texts: Readonly<Record<string, string>>): Promise<readonly ConfigKeyValue[]> {
    const textOf = (list: Readonly<Record<string, string>>) => JSON.stringify(Object.entries(list).sort());
    return this.untilLike(
      (list) => textOf(textsOf(list)) === textOf(texts),
      (list) => textOf(textsOf(list)),
    );
  }
}
