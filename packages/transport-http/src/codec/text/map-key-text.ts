import { ScalarType } from "@bufbuild/protobuf";
import { isInt32, isInt64, isUint32, isUint64 } from "./integer-text.ts";

/** How the keys of a map are read. */
export interface MapKeyForm {
  readonly expected: string;
  /** The text that a message holds for a key, one for each value: `5` for `+05`; undefined when it is none. */
  canonical(key: string): string | undefined;
}

export function mapKeyForm(type: ScalarType): MapKeyForm {
  switch (type) {
    case ScalarType.STRING:
      return { expected: "a map key", canonical: (key) => key };
    case ScalarType.BOOL:
      return { expected: "a map key true or false", canonical: booleanKey };
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return integerForm("an unsigned 64-bit integer", /^\d{1,20}$/, isUint64);
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return integerForm("an unsigned 32-bit integer", /^\d{1,20}$/, isUint32);
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return integerForm("a 64-bit integer", /^[+-]?\d{1,20}$/, isInt64);
    default:
      return integerForm("a 32-bit integer", /^[+-]?\d{1,20}$/, isInt32);
  }
}

function booleanKey(key: string): string | undefined {
  return key === "true" || key === "false" ? key : undefined;
}

function integerForm(what: string, syntax: RegExp, fits: (value: bigint) => boolean): MapKeyForm {
  return {
    expected: `a map key that is ${what}`,
    canonical: (key) => {
      const value = syntax.test(key) ? BigInt(key.replace("+", "")) : undefined;
      return value !== undefined && fits(value) ? String(value) : undefined;
    },
  };
}
