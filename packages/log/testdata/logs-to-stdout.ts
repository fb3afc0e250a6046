// Logs to its stdout as the argument says, and ends.
import { createLogger } from "../src/index.ts";

const errors: string[] = [];
const logger = createLogger({
  onError: (error) => errors.push((error as NodeJS.ErrnoException).code ?? error.message),
});
const [how] = process.argv.slice(2);

if (how === "once-closed") {
  // Whoever started it has closed its end of the pipe, and says so.
  process.stdin.once("data", () => {
    let left = 100;
    const interval = setInterval(() => {
      logger.info("nobody reads this");
      if (--left > 0) return;
      clearInterval(interval);
      process.stdin.destroy();
      console.error(JSON.stringify({ errors: [...new Set(errors)], dropped: logger.dropped }));
    }, 1);
  });
} else {
  for (let i = 0; i < 1000; i++) logger.info(`line ${i}`);
  if (how === "throws") throw new Error("on purpose");
  process.exit();
}
