import { FieldKind, kindOf } from "./field-rules.ts";
import { staticFields } from "./static-table.ts";

// Proxies may send whatever names their callers think of.
const maxNames = 512;
// How many values of a name may enter the table that nobody asks for again.
const maxCredit = 8;

/** The entry of a value that is in no table. */
export const nowhere = 0;

/** What an encoder knows of a field name. */
export class KnownName {
  readonly name: string;
  /** Its first entry in the static table; 0 for none. */
  readonly staticIndex: number;
  /** Where its values are: the index in the static table as a negative number, else the number of the table's entry. */
  readonly entries: Map<string, number>;
  /** The value that was sent last, and where it was then. */
  lastValue: string | undefined;
  lastEntry: number = nowhere;
  /** The number of its youngest entry in the dynamic table. */
  youngest: number = nowhere;
  #credit = maxCredit;

  constructor(name: string) {
    this.name = name;
    this.staticIndex = staticIndexes.get(name) ?? 0;
    this.entries = new Map(staticEntries.get(name));
  }

  /** A value was found in a table. */
  hit(): void {
    if (this.#credit < maxCredit) this.#credit++;
  }

  /**
   * Whether a value that is in no table should be put there. Names whose values never come again (a `grpc-timeout`, a
   * trace) use up their credit; then only a value that comes twice in a row is worth it.
   */
  deserves(value: string): boolean {
    if (this.#credit > 0) {
      this.#credit--;
      return true;
    }
    return value === this.lastValue;
  }
}

/** The names that one encoder has sent, up to a limit. */
export class KnownNames {
  readonly #names = new Map<string, KnownName>();

  /** Undefined when there are too many. Throws a TypeError for what is no field name. */
  get(name: string): KnownName | undefined {
    return this.#names.get(name) ?? this.#add(name);
  }

  #add(name: string): KnownName | undefined {
    if (kindOf(name) === FieldKind.forbidden)
      throw new TypeError(`${JSON.stringify(name)} is no header name of HTTP/2: it has to be a token in lower case`);
    if (this.#names.size >= maxNames) return undefined;
    const known = new KnownName(name);
    this.#names.set(name, known);
    return known;
  }
}

const staticIndexes = new Map<string, number>();
const staticEntries = new Map<string, Map<string, number>>();
for (const [i, [name, value]] of staticFields.entries()) {
  if (!staticIndexes.has(name)) staticIndexes.set(name, i + 1);
  const entries = staticEntries.get(name) ?? new Map<string, number>();
  // An empty value stands for a name without one.
  if (value !== "") staticEntries.set(name, entries.set(value, -(i + 1)));
}
