// What a call's reply brought beside its messages: Connect's clients tell it of calls that went well alone.
import { type Context, createContextKey, type Middleware } from "@kratos-ts/core";

export interface ReplyHeaders {
  header?: Headers;
  trailer?: Headers;
}

/** Where the caller wants to have them. */
export const replyHeadersKey = createContextKey<ReplyHeaders>({});

/** Notes them when the call is over, however it ended. */
export const noteReplyHeaders: Middleware = (next, { method }) => {
  const streams = method?.methodKind === "server_streaming" || method?.methodKind === "bidi_streaming";
  return async (req, ctx) => {
    try {
      const reply = await next(req, ctx);
      return streams ? noted(reply as AsyncIterable<unknown>, ctx) : reply;
    } finally {
      note(ctx);
    }
  };
};

async function* noted(replies: AsyncIterable<unknown>, ctx: Context) {
  try {
    yield* replies;
  } finally {
    note(ctx);
  }
}

function note(ctx: Context): void {
  const into = ctx.get(replyHeadersKey);
  const { transport } = ctx;
  if (transport !== undefined) Object.assign(into, { header: transport.replyHeader, trailer: transport.replyTrailer });
}
