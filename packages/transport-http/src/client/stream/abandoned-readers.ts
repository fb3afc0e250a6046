import { type CallContext, errorClientClosed } from "@kratos-ts/core";

// Connect's clients do not pass on that a reader leaves its loop: `break` only drops the iterator. What nobody refers to
// any more is found by the garbage collector; without this the stream would stay open for ever.
const readers = new FinalizationRegistry<CallContext>((call) => {
  call.cancel(errorClientClosed("", "nobody reads the replies any more"));
});

/** Cancels the call when its reader is collected. */
export function watchReader(reader: object, call: CallContext): void {
  readers.register(reader, call, call);
}

/** The call has ended by itself. */
export function unwatchReader(call: CallContext): void {
  readers.unregister(call);
}
