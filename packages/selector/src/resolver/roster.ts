import type { Node, ResolveOptions, ServiceInstance } from "@kratos-ts/core";
import { keyOf } from "../balancers/members.ts";
import { createSubset } from "../subset.ts";
import { CoolDown } from "./cool-down.ts";
import { nodesOf } from "./endpoints.ts";
import { ListProtection } from "./list-protection.ts";
import type { ResolverSettings } from "./settings.ts";
import { WarmUp } from "./warm-up.ts";

/** The nodes that may be picked now. */
export interface ActiveNodes {
  readonly nodes: readonly Node[];
  /** After how long to look again though nothing was heard, in ms; undefined: not. */
  readonly againInMs: number | undefined;
}

export interface RosterOptions {
  readonly wanted: ResolveOptions;
  readonly settings: ResolverSettings;
  /** A node that was left alone can be reached again, or can't. */
  onProbed(): void;
}

/** From what discovery says to the nodes that take part: protection, filters, subset, cool-down, warm-up. */
export class Roster {
  readonly coolDown: CoolDown;
  readonly #wanted: ResolveOptions;
  readonly #settings: ResolverSettings;
  readonly #protection: ListProtection;
  readonly #warmUp: WarmUp;
  readonly #subset: (nodes: readonly Node[]) => readonly Node[];
  #offered: readonly ServiceInstance[] | undefined;
  #instances = 0;
  #listed: readonly Node[] = [];
  #chosen: readonly Node[] = [];

  constructor({ wanted, settings, onProbed }: RosterOptions) {
    const { coolDown, protection, warmUpMs, subset, now } = settings;
    this.#wanted = wanted;
    this.#settings = settings;
    this.coolDown = new CoolDown({ settings: coolDown, now, onProbed });
    this.#protection = new ListProtection(protection);
    this.#warmUp = new WarmUp(warmUpMs);
    this.#subset = subset === undefined ? (nodes) => nodes : createSubset(subset);
  }

  offer(instances: readonly ServiceInstance[]): void {
    this.#offered = instances;
  }

  activeNodes(now: number): ActiveNodes {
    const holdMs = this.#takeList(now);
    const { coolDown } = this;
    coolDown.probe(this.#chosen, now);
    const reachable = this.#chosen.filter((node) => !coolDown.isCooling(keyOf(node)));
    const { nodes, forMs } = this.#warmUp.apply(reachable.length === 0 ? this.#chosen : reachable, now);
    const coolDownEnd = coolDown.nextEnd(now);
    const waits = [holdMs || undefined, forMs, coolDownEnd === undefined ? undefined : coolDownEnd - now];
    const known = waits.filter((ms) => ms !== undefined);
    return { nodes, againInMs: known.length === 0 ? undefined : Math.min(...known) };
  }

  /** Why there is no node. */
  emptiness(): string {
    const { scheme, secure } = this.#wanted;
    if (this.#instances === 0) return "discovery knows no instance";
    const kind = secure ? `${scheme}s` : scheme;
    if (this.#listed.length === 0) return `none of its ${this.#instances} instances has an endpoint of ${kind}`;
    return `the filters leave none of its ${this.#listed.length} nodes`;
  }

  /** Takes what was offered, unless it is to be kept off for some ms yet. */
  #takeList(now: number): number {
    if (this.#offered === undefined) return 0;
    const { filters, logger } = this.#settings;
    const nodes = nodesOf(this.#offered, this.#wanted);
    const heldBefore = this.#protection.holding;
    const holdMs = this.#protection.holdMs({ known: this.#listed.length, offered: nodes.length, now });
    if (holdMs > 0) {
      const fields = { nodes: nodes.length, known: this.#listed.length, holdMs };
      if (!heldBefore) logger.warn("discovery lost its nodes: the known ones are kept for now", fields);
      return holdMs;
    }
    this.#instances = this.#offered.length;
    this.#offered = undefined;
    this.#listed = nodes;
    this.#chosen = this.#subset(filters.reduce<readonly Node[]>((left, filter) => filter(left), nodes));
    const keys = new Set(nodes.map(keyOf));
    this.coolDown.keep((key) => keys.has(key));
    return 0;
  }
}
