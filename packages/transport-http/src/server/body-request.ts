import { KratosError } from "@kratos-ts/core";
import { codecError } from "../codec/codec-error.ts";

/** A Request whose `formData()` and `json()` fail with 400 `CODEC` when the caller's body is neither. */
export class BodyRequest extends Request {
  override formData(): Promise<FormData> {
    return this.#read("multipart/form-data or application/x-www-form-urlencoded", () => super.formData());
  }

  override json(): Promise<unknown> {
    return this.#read("JSON", () => super.json());
  }

  async #read<T>(expected: string, read: () => Promise<T>): Promise<T> {
    // Reading a body a second time is the handler's own mistake.
    const used = this.bodyUsed;
    try {
      return await read();
    } catch (error) {
      if (used || this.signal.aborted) throw error;
      throw KratosError.find(error) ?? codecError({ where: "body", expected, got: "something else", cause: error });
    }
  }
}
