import type { Socket } from "node:net";

// What every HTTP/2 connection begins with (RFC 9113 §3.4): the method PRI is no other protocol's.
const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

// Whoever says nothing for so long is not waited for, in ms.
const silenceMs = 5_000;

/** Who takes a connection, by the protocol that it speaks. */
export interface ProtocolTakers {
  readonly onHttp1: (socket: Socket) => void;
  readonly onHttp2: (socket: Socket) => void;
}

/**
 * Gives a connection to whoever speaks its protocol: what ALPN has settled, or else what its first bytes say. Nothing
 * is lost of what was read. One that says nothing within 5 s is closed.
 */
export function sniffProtocol(socket: Socket, takers: ProtocolTakers): void {
  const { alpnProtocol } = socket as { alpnProtocol?: string | false };
  if (alpnProtocol === "h2") takers.onHttp2(socket);
  else if (alpnProtocol === "http/1.1") takers.onHttp1(socket);
  else sniff(socket, takers);
}

function sniff(socket: Socket, { onHttp1, onHttp2 }: ProtocolTakers): void {
  let seen: Buffer = Buffer.alloc(0);
  const timer = setTimeout(() => socket.destroy(), silenceMs).unref();
  const leave = (): void => {
    clearTimeout(timer);
    socket.off("readable", look);
    socket.off("end", onEnd);
    socket.off("close", leave);
  };
  // Half a preface, or nothing: it has not said what it wants.
  const onEnd = (): void => void socket.destroy();
  const look = (): void => {
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) return;
    seen = seen.length === 0 ? chunk : Buffer.concat([seen, chunk]);
    const known = Math.min(seen.length, preface.length);
    const isHttp2 = seen.subarray(0, known).equals(preface.subarray(0, known));
    if (isHttp2 && known < preface.length) return;
    leave();
    socket.off("error", ignore);
    socket.unshift(seen);
    (isHttp2 ? onHttp2 : onHttp1)(socket);
  };
  socket.on("error", ignore);
  socket.on("readable", look);
  socket.once("end", onEnd);
  socket.once("close", leave);
}

// What broke the connection is told by its 'close'.
function ignore(): void {}
