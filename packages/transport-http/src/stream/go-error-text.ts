import { KratosError } from "@kratos-ts/core";

/**
 * The text that an error travels as in a WebSocket, where Kratos has no other form for it: what Go prints of a Kratos
 * error, and of one that says no more than a plain error just its message. Causes stay in this process.
 */
export function errorText(thrown: unknown): string {
  const { code, reason, message, metadata } = KratosError.from(thrown);
  const keys = Object.keys(metadata).sort();
  if (code === 500 && reason === "" && keys.length === 0 && !goText.test(message)) return message;
  const pairs = keys.map((key) => `${key}:${metadata[key]}`).join(" ");
  return `error: code = ${code} reason = ${reason} message = ${message} metadata = map[${pairs}] cause = <nil>`;
}

const goText = /^error: code = (-?\d{1,10}) reason = (.*?) message = (.*?) metadata = map\[(.*?)\] cause = /s;

/** The inverse of `errorText`; a text of another form is the message of an error 500 with reason "". */
export function errorOfText(text: string): KratosError {
  const [, code, reason = "", message = "", pairs = ""] = goText.exec(text) ?? [];
  if (code === undefined) return new KratosError({ code: 500, message: text });
  return new KratosError({ code: Number(code), reason, message, metadata: metadataOf(pairs) });
}

// Go prints a map as `k:v k:v`. A value may have blanks: what follows one is a key only when a colon ends it.
function metadataOf(pairs: string): Record<string, string> {
  const metadata: [string, string][] = [];
  for (const piece of pairs === "" ? [] : pairs.split(/ (?=[^\s:]+:)/)) {
    const colon = piece.indexOf(":");
    if (colon >= 0) metadata.push([piece.slice(0, colon), piece.slice(colon + 1)]);
  }
  return Object.fromEntries(metadata);
}
