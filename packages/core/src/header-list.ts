// Field names are tokens (RFC 9110 §5.6.2), or pseudo-headers that a transport put there itself.
const validName = /^:?[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// What may stand in a value (RFC 9110 §5.5), the rest of Latin-1 included: all that goes out as one byte.
const validValue = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * Headers or gRPC metadata: names in lower case, several values a name, in order. It is a `Headers` for everybody who
 * expects one, and keeps the transport's flat list `[name, value, name, value, …]` as it is until somebody looks, which
 * costs a call nothing. As with `Headers`, `get` and iteration join the values of a name; `getAll` gives each of them.
 *
 * `set` and `append` throw a `TypeError` for a name or value that no transport could send.
 */
export class HeaderList implements Headers {
  #list: string[];
  #lowerCase: boolean;

  /** Takes over `list`; say `lowerCase: true` when its names are known to be in lower case. */
  constructor(list: string[] = [], options?: { lowerCase?: boolean }) {
    this.#list = list;
    this.#lowerCase = options?.lowerCase ?? list.length === 0;
  }

  /** Copies anything that `new Headers()` takes. */
  static from(init: HeadersInit | undefined): HeaderList {
    if (init instanceof HeaderList) return new HeaderList([...init.flat()], { lowerCase: true });
    const copy = new HeaderList();
    if (init === undefined) return copy;
    const pairs = Symbol.iterator in init ? (init as Iterable<[string, string]>) : Object.entries(init);
    for (const [name, value] of pairs) copy.append(name, value);
    return copy;
  }

  /** The list itself, names in lower case: for transports to write. Not a copy. */
  flat(): string[] {
    const list = this.#list;
    if (!this.#lowerCase) {
      for (let i = 0; i < list.length; i += 2) list[i] = (list[i] as string).toLowerCase();
      this.#lowerCase = true;
    }
    return list;
  }

  get size(): number {
    return this.#list.length / 2;
  }

  /** The values of a name, joined by `, ` as `Headers` does; null when there is none. */
  get(name: string): string | null {
    const list = this.flat();
    const key = name.toLowerCase();
    let found: string | null = null;
    for (let i = 0; i < list.length; i += 2)
      if (list[i] === key) found = found === null ? (list[i + 1] as string) : `${found}, ${list[i + 1]}`;
    return found;
  }

  /** Each value of a name, as it was sent. */
  getAll(name: string): string[] {
    const list = this.flat();
    const key = name.toLowerCase();
    const found: string[] = [];
    for (let i = 0; i < list.length; i += 2) if (list[i] === key) found.push(list[i + 1] as string);
    return found;
  }

  has(name: string): boolean {
    const list = this.flat();
    const key = name.toLowerCase();
    for (let i = 0; i < list.length; i += 2) if (list[i] === key) return true;
    return false;
  }

  /** Replaces every value of a name. */
  set(name: string, value: string): void {
    const checked = check(name, value);
    this.delete(name);
    this.#list.push(name.toLowerCase(), checked);
  }

  /** Adds a value to a name. */
  append(name: string, value: string): void {
    this.flat().push(name.toLowerCase(), check(name, value));
  }

  delete(name: string): void {
    const list = this.flat();
    const key = name.toLowerCase();
    for (let i = list.length - 2; i >= 0; i -= 2) if (list[i] === key) list.splice(i, 2);
  }

  getSetCookie(): string[] {
    return this.getAll("set-cookie");
  }

  forEach(callback: (value: string, name: string, parent: Headers) => void): void {
    for (const [name, value] of this) callback(value, name, this);
  }

  /** Each name once, sorted, its values joined; but each cookie by itself, since a cookie may have a comma. */
  *entries(): HeadersIterator<[string, string]> {
    const list = this.flat();
    const joined = new Map<string, string>();
    for (let i = 0; i < list.length; i += 2) {
      const [name, value] = [list[i] as string, list[i + 1] as string];
      const before = joined.get(name);
      joined.set(name, before === undefined ? value : `${before}, ${value}`);
    }
    for (const name of [...joined.keys()].sort()) {
      if (name === "set-cookie") for (const cookie of this.getSetCookie()) yield [name, cookie];
      else yield [name, joined.get(name) as string];
    }
  }

  *keys(): HeadersIterator<string> {
    for (const [name] of this.entries()) yield name;
  }

  *values(): HeadersIterator<string> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): HeadersIterator<[string, string]> {
    return this.entries();
  }
}

/** The value without the blanks around it. */
function check(name: string, value: string): string {
  if (!validName.test(name))
    throw new TypeError(`header name ${JSON.stringify(name)} has a character no header may have`);
  if (!validValue.test(value))
    throw new TypeError(`value of header ${name} has a line break, control character or one beyond Latin-1; encode it`);
  return trimmed(value);
}

// `trim` would take more than HTTP's blanks, and a regular expression time that grows with the square of the blanks.
function trimmed(value: string): string {
  let [start, end] = [0, value.length];
  while (start < end && isBlank(value[start])) start++;
  while (end > start && isBlank(value[end - 1])) end--;
  return value.slice(start, end);
}

function isBlank(character: string | undefined): boolean {
  return character === " " || character === "\t";
}
