import { ConnectError } from "@connectrpc/connect";
import { KratosError, type Service } from "@kratos-ts/core";
import { ErrorReason, type Faults } from "../gen/interop/v1/interop_pb.ts";
import { errorOfReason, goText, reasonName } from "./error-reasons.ts";

/** Fails, in every way that a service can. */
export const faultsService = {
  async fail({ code, reason, message, metadata }) {
    throw new KratosError({ code, reason, message, metadata, cause: new Error("a cause that stays here") });
  },

  async failReason({ reason, message }) {
    throw errorOfReason(reason, `${reasonName(reason)} of ${message}`);
  },

  async failPlain({ message, wrap }) {
    if (!wrap) throw new Error(message);
    const inner = errorOfReason(ErrorReason.USER_NOT_FOUND, `inner ${message}`);
    throw new Error(`wrapped ${message}: ${goText(inner)}`, { cause: inner });
  },

  async failStatus({ code, message }) {
    if (code === 0) return {};
    throw new ConnectError(message, code);
  },

  async panic() {
    throw new TypeError("asked to");
  },
} satisfies Service<typeof Faults>;
