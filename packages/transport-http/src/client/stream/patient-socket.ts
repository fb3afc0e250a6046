import type { Socket } from "node:net";

type Done = (error?: Error | null) => void;

/**
 * A server may say all that it has to say and close while we still send. The system then refuses our writes, and node
 * would end the socket at once, with what the server said unread. So a refused write is left to the reading side, which
 * comes to the same end after that.
 */
export function readOnAfterRefusedWrites(socket: Socket): Socket {
  const write = socket._write;
  const writev = socket._writev;
  socket._write = (chunk, encoding, done) => write.call(socket, chunk, encoding, forgiving(done));
  if (writev !== undefined) socket._writev = (chunks, done) => writev.call(socket, chunks, forgiving(done));
  return socket;
}

function forgiving(done: Done): Done {
  return (error) => {
    const { code } = (error ?? {}) as { code?: string };
    done(code === "ECONNRESET" || code === "EPIPE" ? null : error);
  };
}
