/** What takes the place of what is not to be read. */
export const masked = "***";

export interface MaskOptions {
  /**
   * Fields whose values are masked, at any depth, whatever their case: `password`; a path such as `user.name` is for
   * that place only. Default none.
   */
  keys?: readonly string[] | undefined;
  /** Texts that are masked where they are a whole value, and patterns that are masked wherever they occur, in messages too. Default none. */
  values?: readonly (string | RegExp)[] | undefined;
}

/** Masks options, made once. */
export interface Masking {
  /** Whether the value under this key is masked; `path` is where the key is, dotted. */
  hides(key: string, path: string): boolean;
  /** The text without what is masked in it. */
  text(text: string): string;
}

export function createMasking({ keys = [], values = [] }: MaskOptions = {}): Masking {
  const names = new Set(keys.map((key) => key.toLowerCase()));
  const whole = new Set(values.filter((value) => typeof value === "string"));
  const patterns = values.filter((value) => value instanceof RegExp).map(everywhere);
  return {
    hides(key, path) {
      if (names.size === 0) return false;
      return names.has(key.toLowerCase()) || (path !== "" && names.has(`${path}.${key}`.toLowerCase()));
    },
    text(text) {
      if (whole.has(text)) return masked;
      for (const pattern of patterns) text = text.replace(pattern, masked);
      return text;
    },
  };
}

/** The pattern, for all places where it occurs, and without a place that it would start from. */
function everywhere({ source, flags }: RegExp): RegExp {
  return new RegExp(source, `${flags.replace(/[gy]/g, "")}g`);
}
