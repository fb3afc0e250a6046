/**
 * Cuts a text that comes in pieces into the JSON objects in it, which stand one after another with or without blanks
 * between. Throws a SyntaxError for anything else.
 */
export async function* jsonObjects(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let current = "";
  let depth = 0;
  let inString = false;
  let escaped = false;
  for await (const piece of pieces) {
    for (const char of piece) {
      if (depth === 0 && char !== "{") {
        if (/\s/.test(char)) continue;
        throw new SyntaxError(`a case is a JSON object; it can't begin with ${JSON.stringify(char)}`);
      }
      current += char;
      if (inString) {
        if (escaped) escaped = false;
        else if (char === "\\") escaped = true;
        else if (char === '"') inString = false;
        continue;
      }
      if (char === '"') inString = true;
      else if (char === "{" || char === "[") depth++;
      else if ((char === "}" || char === "]") && --depth === 0) {
        yield current;
        current = "";
      }
    }
  }
  if (depth > 0) throw new SyntaxError("the last case ends too early");
}

/** Parses JSON; an integer that no JavaScript number can hold becomes its text, which protojson takes as well. */
export function parseJson(text: string): unknown {
  // Types know the third argument from ES2026 on; Node has it since 21.
  type Reviver = (this: unknown, key: string, value: unknown, context: { source?: string }) => unknown;
  const exact: Reviver = (_key, value, { source }) =>
    typeof value === "number" && !Number.isSafeInteger(value) && /^-?\d+$/.test(source ?? "") ? source : value;
  return JSON.parse(text, exact as (this: unknown, key: string, value: unknown) => unknown);
}
