/** Numbers from 0 up to 1 that are the same in each run (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A number of that mean, exponentially distributed: times between calls, and what they take. */
export function exponential(mean: number, random: () => number): number {
  return -mean * Math.log(1 - random());
}

interface Event {
  readonly time: number;
  readonly order: number;
  readonly run: () => void;
}

/** A world whose time, in ms, is that of the next event. */
export class Simulation {
  time = 0;
  #events: Event[] = [];
  #order = 0;
  readonly now = (): number => this.time;

  at(time: number, run: () => void): () => void {
    let live = true;
    const runLive = (): void => {
      if (live) run();
    };
    const event = { time: Math.max(time, this.time), order: this.#order++, run: runLive };
    const events = this.#events;
    let i = events.push(event) - 1;
    for (let parent = (i - 1) >> 1; i > 0 && isBefore(event, events[parent] as Event); parent = (i - 1) >> 1) {
      events[i] = events[parent] as Event;
      i = parent;
    }
    events[i] = event;
    return () => {
      live = false;
    };
  }

  /** The form in which middleware takes timers. */
  readonly setTimer = (run: () => void, ms: number): (() => void) => this.at(this.time + ms, run);

  /** Calls `arrive` so often per second, at random times, until `end`. */
  arrivals(perSecond: number, options: { end: number; random: () => number; arrive: () => void }): void {
    const { end, random, arrive } = options;
    const next = (): void => {
      const time = this.time + exponential(1000 / perSecond, random);
      if (time > end) return;
      this.at(time, () => {
        arrive();
        next();
      });
    };
    next();
  }

  /** Runs all events. */
  run(): void {
    for (let event = this.#take(); event !== undefined; event = this.#take()) {
      this.time = event.time;
      event.run();
    }
  }

  /** Runs all events, with what promises do between them. */
  async runAsync(): Promise<void> {
    for (let event = this.#take(); event !== undefined; event = this.#take()) {
      this.time = event.time;
      event.run();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #take(): Event | undefined {
    const events = this.#events;
    const first = events[0];
    const last = events.pop();
    if (first === undefined || last === undefined || events.length === 0) return first;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= events.length) break;
      if (child + 1 < events.length && isBefore(events[child + 1] as Event, events[child] as Event)) child++;
      if (!isBefore(events[child] as Event, last)) break;
      events[i] = events[child] as Event;
      i = child;
    }
    events[i] = last;
    return first;
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.time < b.time || (a.time === b.time && a.order < b.order);
}

/** A CPU that does one thing after the other. */
export class Cpu {
  readonly #world: Simulation;
  #freeAt = 0;
  #workMs = 0;

  constructor(world: Simulation) {
    this.#world = world;
  }

  do(ms: number, then: () => void): void {
    this.#freeAt = Math.max(this.#freeAt, this.#world.time) + ms;
    this.#workMs += ms;
    this.#world.at(this.#freeAt, then);
  }

  /** How long it has worked so far. */
  get busyMs(): number {
    return this.#workMs - Math.max(this.#freeAt - this.#world.time, 0);
  }
}
