// Header lines are written and read as Latin-1, and Kratos peers put UTF-8 into them.
const beyondAscii = /[^\0-\x7f]/;
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A text as it goes into a header line: its UTF-8, each byte one character. */
export function toHeaderValue(text: string): string {
  return beyondAscii.test(text) ? String.fromCharCode(...encoder.encode(text)) : text;
}

/** The text of a value as it came; what is no UTF-8 stays as Latin-1. */
export function fromHeaderValue(value: string): string {
  if (!beyondAscii.test(value)) return value;
  try {
    return decoder.decode(Uint8Array.from(value, (character) => character.charCodeAt(0)));
  } catch {
    return value;
  }
}
