import { promisify } from "node:util";
import { gunzip, type InputType, type ZlibOptions } from "node:zlib";
import { KratosError } from "@kratos-ts/core";

const gunzipAsync = promisify(gunzip) as (input: InputType, options: ZlibOptions) => Promise<Uint8Array>;

/** Unpacks the body of a reply, to at most `maxBodyBytes`. Throws a KratosError: 429 beyond that, 500 for what is no gzip. */
export async function decompress(body: Uint8Array, encoding: string, maxBodyBytes: number): Promise<Uint8Array> {
  if (encoding !== "gzip" && encoding !== "x-gzip")
    throw new KratosError({
      code: 500,
      message: `the reply has the content encoding ${encoding}, which this client can't read`,
    });
  try {
    const { buffer, byteOffset, byteLength } = await gunzipAsync(body, { maxOutputLength: maxBodyBytes });
    return new Uint8Array(buffer, byteOffset, byteLength);
  } catch (cause) {
    const tooLarge = (cause as { code?: string }).code === "ERR_BUFFER_TOO_LARGE";
    const why = tooLarge ? `is larger than maxBodyBytes (${maxBodyBytes})` : `is no gzip: ${(cause as Error).message}`;
    throw new KratosError({ code: tooLarge ? 429 : 500, message: `the unpacked reply ${why}`, cause });
  }
}
