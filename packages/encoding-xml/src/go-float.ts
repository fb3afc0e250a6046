/** A number as Go's `strconv.FormatFloat(x, 'g', -1, bits)` writes it: `1e+21`, `0.1`, `+Inf`. */
export function goFloat(value: number, single: boolean): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const [digits = "", power = "0"] = shortest(value, single).split("e");
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 6) return String(Number(`${digits}e${power}`));
  return `${digits}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

/** The fewest digits that stand for the number, as `d.ddde±x`. */
function shortest(value: number, single: boolean): string {
  if (!single) return value.toExponential();
  const float = Math.fround(value);
  for (let digits = 0; digits < 9; digits++) {
    const text = float.toExponential(digits);
    if (Math.fround(Number(text)) === float) return text;
  }
  return float.toExponential();
}
