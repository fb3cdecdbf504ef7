import { Strategies } from "moleculer";

type Nodes = Parameters<InstanceType<typeof Strategies.Shard>["select"]>[0];
type Asker = Parameters<InstanceType<typeof Strategies.Shard>["select"]>[1];

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** FNV-1a with a finisher. Without it, the last characters of the input would hardly affect the high bits. */
const weight = (text: string): number => {
	let hash = FNV_OFFSET;
	for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), FNV_PRIME);
	hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
	hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
	return (hash ^ (hash >>> 16)) >>> 0;
};

const ID = /^[a-z]+_([0-9a-f]{12})[0-9a-f]{20,}$/;

/**
 * Key by which an id is placed: its first 12 digits, which derived ids share. A cart, its order and its payment are therefore placed on one node.
 * Any other text, such as a SKU or an address, is placed as a whole.
 */
export const placementKey = (id: string): string => ID.exec(id)?.[1] ?? id;

/** Selects the node of a key by rendezvous hashing. A node that joins or leaves moves only the keys that it gains or had. */
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
 * Places actors on nodes: Moleculer's Shard strategy with rendezvous hashing over the available nodes (docs/adr/0014). Moleculer's own ring moves half of
 * the keys when a node joins, and fails with 500 if the node of a key is unavailable. Placement is a hint; the store decides conflicts.
 */
class Placement extends Strategies.Shard {
	declare getKeyFromContext: (ctx: Asker) => unknown;

	override select(nodes: Nodes, ctx: Asker): Nodes[number] {
		const key = this.getKeyFromContext(ctx);
		const [first, ...others] = nodes;
		return typeof key === "string" && first ? nodeForKey([first, ...others], placementKey(key)) : super.select(nodes, ctx);
	}
}

/** Strategy for actions that any node can run: the local node if possible, else round robin. */
class LocalFirst extends Strategies.RoundRobin {
	override select(nodes: Nodes): Nodes[number] {
		return nodes.find(({ local }) => local) ?? super.select(nodes);
	}
}

export const PLACEMENT = "Placement";
export const LOCAL_FIRST = "LocalFirst";

// Strategies are registered by name, because nodes announce them by name.
Strategies.register(PLACEMENT, Placement as unknown as Parameters<typeof Strategies.register>[1]);
Strategies.register(LOCAL_FIRST, LocalFirst as unknown as Parameters<typeof Strategies.register>[1]);
