import type { Middleware } from "@kratos-ts/core";

const passThrough: Middleware = (next) => async (req, ctx) => await next(req, ctx);

/** `bare` has no middleware; `chain` has five that do nothing, as many as an ordinary service has. */
export function middlewareOf(variant: string | undefined): Middleware[] {
  return variant === "chain" ? Array.from({ length: 5 }, () => passThrough) : [];
}
