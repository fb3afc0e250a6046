import { KratosError } from "@kratos-ts/core";

/** Unpacks the body of a reply, to at most `maxBodyBytes`. Throws a KratosError: 429 beyond that, 500 for what is no gzip. */
export async function decompress(body: Uint8Array, encoding: string, maxBodyBytes: number): Promise<Uint8Array> {
  if (encoding !== "gzip" && encoding !== "x-gzip")
    throw new KratosError({
      code: 500,
      message: `the reply has the content encoding ${encoding}, which this client can't read`,
    });
  try {
    return await gunzip(body, maxBodyBytes);
  } catch (cause) {
    const tooLarge = (cause as { code?: string }).code === "ERR_BUFFER_TOO_LARGE";
    const why = tooLarge ? `is larger than maxBodyBytes (${maxBodyBytes})` : `is no gzip: ${(cause as Error).message}`;
    throw new KratosError({ code: tooLarge ? 429 : 500, message: `the unpacked reply ${why}`, cause });
  }
}

function gunzip(body: Uint8Array, maxOutputLength: number): Promise<Uint8Array> {
  // Loaded by the first reply that needs it.
  const zlib = process.getBuiltinModule("node:zlib");
  return new Promise((resolve, reject) => {
    zlib.gunzip(body, { maxOutputLength }, (error, whole) => {
      if (error === null) resolve(new Uint8Array(whole.buffer, whole.byteOffset, whole.byteLength));
      else reject(error);
    });
  });
}
