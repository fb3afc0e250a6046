const highWaterBytes = 64 * 1024;
const pollMs = 5;

/** Holds a producer while much waits to be sent. A WebSocket does not tell when that is over, so it is asked. */
export async function untilSent(ws: WebSocket, isOver: () => boolean): Promise<void> {
  while (ws.bufferedAmount > highWaterBytes && !isOver())
    await new Promise<void>((resolve) => setTimeout(resolve, pollMs));
}
