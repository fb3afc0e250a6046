import { type DescEnum, type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { scalarZeroValue } from "@bufbuild/protobuf/reflect";
import { bytesOf, integerOf, refuse, zeroText } from "../json/encode-scalar.ts";
import { isWrapperField } from "../local-form.ts";
import { toBase64 } from "../text/base64.ts";
import { formatGoDuration } from "../text/duration-text.ts";
import { camelCasePath } from "../text/field-mask-text.ts";
import { formatFloat32 } from "../text/float-text.ts";
import { isInt64, isUint64 } from "../text/integer-text.ts";
import { formatTimestamp } from "../text/timestamp-text.ts";
import { wellKnownKind } from "../well-known.ts";

/** Writes a value, as a field of a message holds it, as the text of a query parameter or path variable. */
export type WriteText = (value: unknown) => string;

/** The writer of a singular field, or of the entries of a list or map; undefined for messages that have no text. */
export function textWriter(field: DescField): WriteText | undefined {
  if (field.message !== undefined) return messageTextWriter(field, field.message);
  return field.enum !== undefined ? enumTextWriter(field, field.enum) : scalarTextWriter(field, field.scalar!);
}

function scalarTextWriter(field: DescField, scalar: ScalarType): WriteText {
  switch (scalar) {
    case ScalarType.STRING:
      return (value) => (typeof value === "string" ? value : refuse(field, "a string", value));
    case ScalarType.BOOL:
      return (value) => (typeof value === "boolean" ? String(value) : refuse(field, "a boolean", value));
    // Go reads standard base64 alone, although it writes the URL alphabet.
    case ScalarType.BYTES:
      return (value) => toBase64(bytesOf(field, value));
    case ScalarType.FLOAT:
      return (value) => formatGoFloat(numberOf(field, value), formatFloat32);
    case ScalarType.DOUBLE:
      return (value) => formatGoFloat(numberOf(field, value), String);
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return (value) => longOf(field, value, isInt64);
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return (value) => longOf(field, value, isUint64);
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return (value) =>
        (value as number) >>> 0 === value ? String(value) : refuse(field, "an unsigned 32-bit integer", value);
    default:
      return (value) => (((value as number) | 0) === value ? String(value) : refuse(field, "a 32-bit integer", value));
  }
}

function longOf(field: DescField, value: unknown, fits: (value: bigint) => boolean): string {
  const integer = integerOf(field, value);
  return fits(integer) ? String(integer) : refuse(field, "an integer of 64 bits", value);
}

function numberOf(field: DescField, value: unknown): number {
  return typeof value === "number" ? value : refuse(field, "a number", value);
}

/** As Go's `%v`: exponents of two digits at least, for all but few decimals; `+Inf`. */
function formatGoFloat(value: number, format: (value: number) => string): string {
  if (value === 0) return zeroText(value);
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
  const text = format(value);
  const magnitude = Math.abs(Number(text));
  if (magnitude >= 1e-4 && magnitude < 1e6) return text;
  const [mantissa = "", exponent = ""] = Number(text).toExponential().split("e");
  return `${mantissa}e${exponent[0]}${exponent.slice(1).padStart(2, "0")}`;
}

function enumTextWriter(field: DescField, desc: DescEnum): WriteText {
  const names = new Map<unknown, string>();
  for (const { number, name } of desc.values) if (!names.has(number)) names.set(number, name);
  return (value) =>
    names.get(value) ??
    (((value as number) | 0) === value ? String(value) : refuse(field, `a number of ${desc.typeName}`, value));
}

function messageTextWriter(field: DescField, desc: DescMessage): WriteText | undefined {
  switch (wellKnownKind(desc)) {
    case "wrapper":
      return wrapperWriter(field, desc);
    case "Timestamp":
      return secondsWriter(field, formatTimestamp);
    case "Duration":
      return secondsWriter(field, formatGoDuration);
    case "FieldMask":
      return (value) => ((value as { paths?: string[] }).paths ?? []).map(camelCasePath).join();
    default:
      return undefined;
  }
}

function wrapperWriter(field: DescField, desc: DescMessage): WriteText {
  const scalar = desc.fields[0]!.scalar!;
  const write = scalarTextWriter(field, scalar);
  // protobuf-es holds the bare value in a singular field, the message everywhere else.
  if (isWrapperField(field)) return write;
  return (value) => write((value as { value?: unknown }).value ?? scalarZeroValue(scalar, false));
}

function secondsWriter(field: DescField, format: (seconds: number, nanos: number) => string | undefined): WriteText {
  return (value) => {
    const { seconds, nanos } = value as { seconds?: bigint; nanos?: number };
    return format(Number(seconds ?? 0), Number(nanos ?? 0)) ?? refuse(field, "a value within its range", value);
  };
}
