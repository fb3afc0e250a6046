/** One of the types in an `Accept` header (RFC 9110, section 12.5.1). */
export interface MediaRange {
  /** What follows the slash; `*` for any. */
  readonly subtype: string;
  /** From 0, not wanted, to 1. */
  readonly quality: number;
}

/** The types that an `Accept` header lists, in their order. */
export function parseMediaRanges(header: string): MediaRange[] {
  return header.split(",").map((part) => ({ subtype: subtypeOf(part), quality: qualityOf(part) }));
}

/** The subtype of a media type: what stands between its slash and its parameters; empty when there is no slash. */
export function subtypeOf(mediaType: string): string {
  const [type = ""] = mediaType.split(";", 1);
  const slash = type.indexOf("/");
  return slash < 0 ? "" : type.slice(slash + 1).trim();
}

function qualityOf(part: string): number {
  const quality = /;\s*q\s*=\s*([\d.]+)/i.exec(part)?.[1];
  const value = quality === undefined ? 1 : Number(quality);
  return Math.min(value, 1);
}
