/** A listener for the chunks of a stream's body that takes its length-prefixed messages out of them. */
export function eachFrame(onMessage: (bytes: Uint8Array) => void): (chunk: Buffer) => void {
  let rest: Buffer | undefined;
  return (chunk) => {
    let bytes = rest === undefined ? chunk : Buffer.concat([rest, chunk]);
    while (bytes.length >= 5 && bytes.length >= 5 + bytes.readUInt32BE(1)) {
      const end = 5 + bytes.readUInt32BE(1);
      onMessage(bytes.subarray(5, end));
      bytes = bytes.subarray(end);
    }
    rest = bytes.length === 0 ? undefined : bytes;
  };
}
