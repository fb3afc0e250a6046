import { KratosError } from "@kratos-ts/core";
import { codecError } from "../codec/codec-error.ts";

/**
 * Makes `formData()` and `json()` of a Request fail with 400 `CODEC` when the caller's body is neither. No subclass:
 * to extend Request is to load node's fetch, for servers without hand-written routes too.
 */
export function explainBody(request: Request): Request {
  const form = "multipart/form-data or application/x-www-form-urlencoded";
  return Object.defineProperties(request, {
    formData: { value: () => read(request, form, Request.prototype.formData) },
    json: { value: () => read(request, "JSON", Request.prototype.json) },
  });
}

async function read<T>(request: Request, expected: string, method: (this: Request) => Promise<T>): Promise<T> {
  // Reading a body a second time is the handler's own mistake.
  const used = request.bodyUsed;
  try {
    return await method.call(request);
  } catch (error) {
    if (used || request.signal.aborted) throw error;
    throw KratosError.find(error) ?? codecError({ where: "body", expected, got: "something else", cause: error });
  }
}
