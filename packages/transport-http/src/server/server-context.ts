import { CallContext } from "@kratos-ts/core";
import type { HttpCall } from "./http-call.ts";

/** The context of a call: who waits for the reply of a cancelled one is answered at once, whatever the handler does. */
export class ServerContext extends CallContext {
  // No field of ours: the parent's constructor can cancel the call already.
  override cancel(reason?: unknown): void {
    const before = this.cancelled;
    super.cancel(reason);
    if (this.cancelled && !before) (this.transporter as HttpCall).cancelled(this.reason);
  }
}
