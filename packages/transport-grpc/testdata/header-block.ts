/** A header block of these fields, in the simplest of encodings: literals, none of them kept. */
export function plainBlock(...fields: string[]): Buffer {
  const parts: Buffer[] = [];
  for (let i = 0; i < fields.length; i += 2) {
    parts.push(Buffer.from([0]));
    for (const text of [fields[i] as string, fields[i + 1] as string])
      parts.push(Buffer.from([text.length]), Buffer.from(text));
  }
  return Buffer.concat(parts);
}
