import type { Http2Name } from "../src/http2/carriers.ts";

/** Whose HTTP/2 the clients of a test file have, where the test does not say so itself. */
export const carrierChoice: { http2: Http2Name | undefined } = { http2: undefined };

/** The same for its servers. */
export const serverChoice: { http2: Http2Name | undefined } = { http2: undefined };
