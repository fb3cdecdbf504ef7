import { Strategies } from "moleculer";

type Nodes = Parameters<InstanceType<typeof Strategies.Shard>["select"]>[0];
type Asker = Parameters<InstanceType<typeof Strategies.Shard>["select"]>[1];

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** FNV-1a with a finisher, since the last characters of its input alone would hardly reach the high bits. */
const weight = (text: string): number => {
	let hash = FNV_OFFSET;
	for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), FNV_PRIME);
	hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
	hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
	return (hash ^ (hash >>> 16)) >>> 0;
};

const ID = /^[a-z]+_([0-9a-f]{12})[0-9a-f]{20,}$/;

/**
 * What places an id: its first 12 digits, which an id that is derived from another shares with it. So a cart, its order and its payment meet on one
 * node. Anything else (a SKU, an address) is placed by all of its text.
 */
export const placementKey = (id: string): string => ID.exec(id)?.[1] ?? id;

/** Of the nodes at hand, the one on which all meet who ask for this key. A node that comes or goes moves only the keys that it gains or had. */
export const nodeForKey = <Node extends { readonly id: string }>(nodes: readonly [Node, ...Node[]], key: string): Node => {
	let [best] = nodes;
	let most = -1;
	for (const node of nodes) {
		const here = weight(`${key}@${node.id}`);
		if (here > most) [best, most] = [node, here];
	}
	return best;
};

/**
 * Where actors live: Moleculer's Shard, with rendezvous hashing over the nodes that can be asked now (docs/adr/0014). Its own ring moves half of
 * the keys when a node comes, and fails with a 500 where the node of a key is known and cannot be asked. A hint: the store decides.
 */
class Placement extends Strategies.Shard {
	declare getKeyFromContext: (ctx: Asker) => unknown;

	override select(nodes: Nodes, ctx: Asker): Nodes[number] {
		const key = this.getKeyFromContext(ctx);
		const [first, ...others] = nodes;
		return typeof key === "string" && first ? nodeForKey([first, ...others], placementKey(key)) : super.select(nodes, ctx);
	}
}

/** For what any node can do as well as another: the shortest way, or each in turn. */
class LocalFirst extends Strategies.RoundRobin {
	override select(nodes: Nodes): Nodes[number] {
		return nodes.find(({ local }) => local) ?? super.select(nodes);
	}
}

export const PLACEMENT = "Placement";
export const LOCAL_FIRST = "LocalFirst";

// By name, for it is names that nodes tell each other.
Strategies.register(PLACEMENT, Placement as unknown as Parameters<typeof Strategies.register>[1]);
Strategies.register(LOCAL_FIRST, LocalFirst as unknown as Parameters<typeof Strategies.register>[1]);
