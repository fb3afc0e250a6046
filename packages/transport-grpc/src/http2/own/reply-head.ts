import type { HeaderBlock } from "./hpack/header-block.ts";

const informational = /^1\d\d$/;
const final = /^[2-9]\d\d$/;

/** Whether a block is a reply's header, and not a 1xx one (RFC 9113 §8.1, §8.3.2). */
export function isFinalReply(block: HeaderBlock): boolean {
  const status = statusOf(block);
  // Nearly always.
  return status === "200" || (status !== undefined && final.test(status));
}

/** Whether a block is that of a 1xx reply, which another follows. */
export function isInformational(block: HeaderBlock): boolean {
  const status = statusOf(block);
  return status !== undefined && informational.test(status);
}

/** Whether a block may be trailers: without pseudo-headers (RFC 9113 §8.1). */
export function isTrailers({ flaw, pseudo }: HeaderBlock): boolean {
  return flaw === undefined && pseudo === 0;
}

// `:status` and no other pseudo-header.
function statusOf({ flaw, pseudo, fields }: HeaderBlock): string | undefined {
  return flaw === undefined && pseudo === 1 && fields[0] === ":status" ? fields[1] : undefined;
}
