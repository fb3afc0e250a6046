import { fieldOverhead } from "./dynamic-table.ts";
import { FieldKind } from "./field-rules.ts";

/** A field of a table or block, with what is known of it. */
export interface Field {
  readonly name: string;
  readonly value: string;
  /** As the sizes of tables and header lists count it (RFC 7541 §4.1, RFC 9113 §6.5.2). */
  readonly bytes: number;
  readonly kind: number;
  readonly valid: boolean;
}

/** A header block as it was decoded. It may be shared by all blocks with these bytes: not to be changed. */
export class HeaderBlock {
  /** `[name, value, …]` */
  readonly fields: string[] = [];
  /** How many of the fields are pseudo-headers; they come first. */
  pseudo = 0;
  /** What `content-length` says; -1 for none. */
  contentLength = -1;
  /** Why it is malformed (RFC 9113 §8.1.1), if it is. */
  flaw: string | undefined;
  /** Larger than the limit: its fields are not all here. */
  oversized = false;
  #bytes = 0;

  add(field: Field, maxBytes: number): void {
    this.#bytes += field.bytes;
    if (this.#bytes > maxBytes) {
      this.oversized = true;
      return;
    }
    if (field.kind !== FieldKind.regular || !field.valid) this.#check(field);
    this.fields.push(field.name, field.value);
  }

  #check({ name, value, kind, valid }: Field): void {
    if (kind === FieldKind.pseudo) this.#checkPseudo(name);
    else if (kind === FieldKind.contentLength) this.#readLength(value);
    if (kind === FieldKind.forbidden || (kind === FieldKind.te && value !== "trailers") || !valid)
      this.flaw ??= `the field ${JSON.stringify(name.slice(0, 64))} is not allowed in HTTP/2`;
  }

  #checkPseudo(name: string): void {
    if (this.fields.length > this.pseudo * 2) this.flaw ??= `${name} comes after other fields`;
    else if (hasName(this.fields, name)) this.flaw ??= `${name} comes twice`;
    else this.pseudo++;
  }

  #readLength(value: string): void {
    const length = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
    if (length === this.contentLength || (length >= 0 && this.contentLength < 0)) this.contentLength = length;
    else this.flaw ??= "content-length is malformed";
  }
}

function hasName(fields: readonly string[], name: string): boolean {
  for (let i = 0; i < fields.length; i += 2) if (fields[i] === name) return true;
  return false;
}

/** The size of a field, as tables and limits count it. */
export function fieldBytes(name: string, value: string): number {
  return name.length + value.length + fieldOverhead;
}
