/** The largest finite value of a `float`. */
const maxFloat32 = 3.4028234663852886e38;
const minNormal = 1.1754943508222875e-38;

/**
 * A number as the value of a `float` field: what lies beyond its range only in digits it does not have (as in
 * `3.4028235e38`) becomes the largest float; undefined when it is out of range.
 */
export function toFloat32Range(value: number): number | undefined {
  if (value <= maxFloat32 && value >= -maxFloat32) return value;
  const rounded = Math.fround(value);
  return Number.isFinite(rounded) ? rounded : undefined;
}

/** The shortest text of this `float`: 0.1 for 0.10000000149011612, as Go writes it. */
export function formatFloat32(value: number): string {
  const text = String(value);
  // Two decimals of six digits are never the same float, so there is no shorter one.
  if (text.length <= 7) return text;
  const float = Math.fround(value);
  // The smallest floats have fewer than six digits.
  for (let digits = Math.abs(float) < minNormal ? 1 : 6; digits < 9; digits++) {
    const candidate = Number(float.toPrecision(digits));
    if (Math.fround(candidate) === float) return String(candidate);
  }
  return String(Number(float.toPrecision(9)));
}
