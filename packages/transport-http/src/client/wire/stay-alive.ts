// Sockets do not keep the process alive, since they may be idle; running calls do, through this one timer.
let timer: ReturnType<typeof setInterval> | undefined;
let held = 0;

const longestDelay = 0x7fffffff;

/** Keeps the process alive until as many calls of `letGo`. */
export function stayAlive(): void {
  if (held++ > 0) return;
  timer ??= setInterval(() => {}, longestDelay);
  timer.ref();
}

export function letGo(): void {
  if (--held === 0) timer?.unref();
}
