// Messages with their size before them, as the suite writes and reads them: four bytes big-endian, then the message.
import { type DescMessage, fromBinary, type MessageShape, toBinary } from "@bufbuild/protobuf";

/** The messages of a byte stream, one after the other. */
export async function* readDelimited<D extends DescMessage>(
  desc: D,
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<MessageShape<D>> {
  let buffer: Buffer = Buffer.alloc(0);
  for await (const chunk of source) {
    buffer = Buffer.concat([buffer, chunk]);
    while (buffer.length >= 4 && buffer.length >= 4 + buffer.readUInt32BE(0)) {
      const end = 4 + buffer.readUInt32BE(0);
      yield fromBinary(desc, buffer.subarray(4, end));
      buffer = buffer.subarray(end);
    }
  }
}

/** One message with its size before it, in one piece, so that messages written by several calls never mix. */
export function delimited<D extends DescMessage>(desc: D, message: MessageShape<D>): Uint8Array {
  const bytes = toBinary(desc, message);
  const framed = Buffer.alloc(4 + bytes.length);
  framed.writeUInt32BE(bytes.length, 0);
  framed.set(bytes, 4);
  return framed;
}
