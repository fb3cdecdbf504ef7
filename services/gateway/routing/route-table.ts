/** What an address leads to, and what its places stand for, decoded. */
export interface Match<Target> {
	readonly target: Target;
	readonly parameters: Readonly<Record<string, string>>;
}

export interface RouteTable<Target> {
	/** @param path as it was sent, its encoding known to be right, without a slash at its end */
	find(method: string, path: string): Match<Target> | undefined;
	/** The methods that an address can be asked with; none: there is no such address. */
	methodsOf(path: string): readonly string[];
}

export interface Entry<Target> {
	readonly method: string;
	/** As OpenAPI writes it: "/v1/carts/{cartId}". A place stands for one segment that is not empty. */
	readonly path: string;
	readonly target: Target;
}

interface Route<Target> {
	readonly target: Target;
	/** Of its places: the name, and which segment of the path it is. */
	readonly places: readonly (readonly [name: string, index: number])[];
}

interface Node<Target> {
	readonly segments: Map<string, Node<Target>>;
	place: Node<Target> | undefined;
	/** By method. */
	readonly routes: Map<string, Route<Target>>;
}

const isPlace = (segment: string): boolean => segment.startsWith("{");
const segmentsOf = (path: string): readonly string[] => (path.startsWith("/") ? path.split("/").slice(1) : []);
const decoded = (segment: string): string => (segment.includes("%") ? decodeURIComponent(segment) : segment);
const newNode = <Target>(): Node<Target> => ({ segments: new Map(), place: undefined, routes: new Map() });

/** Adds what is missing on the way to a path. */
const grow = <Target>(root: Node<Target>, segments: readonly string[]): Node<Target> => {
	let node = root;
	for (const segment of segments) {
		const next = (isPlace(segment) ? node.place : node.segments.get(segment)) ?? newNode();
		if (isPlace(segment)) node.place = next;
		else node.segments.set(segment, next);
		node = next;
	}
	return node;
};

/** What `look` finds first in the nodes that a path leads to, the most exact before the others. */
const first = <Target, Found>(
	node: Node<Target>,
	segments: readonly string[],
	look: (node: Node<Target>) => Found | undefined,
	index = 0,
): Found | undefined => {
	const segment = segments[index];
	if (segment === undefined) return look(node);
	const next = node.segments.get(segment);
	const found = next && first(next, segments, look, index + 1);
	if (found !== undefined || node.place === undefined || segment === "") return found;
	return first(node.place, segments, look, index + 1);
};

/** Finds routes by the segments of their paths. Where a word and a place both fit a segment, the word goes first. */
export const routeTable = <Target>(entries: readonly Entry<Target>[]): RouteTable<Target> => {
	const root = newNode<Target>();
	for (const { method, path, target } of entries) {
		const segments = segmentsOf(path);
		const places = segments.flatMap((segment, index) => (isPlace(segment) ? [[segment.slice(1, -1), index] as const] : []));
		grow(root, segments).routes.set(method, { target, places });
	}
	return {
		find(method, path) {
			const segments = segmentsOf(path);
			const route = first(root, segments, ({ routes }) => routes.get(method));
			if (!route) return undefined;
			const parameters: Record<string, string> = {};
			for (const [name, index] of route.places) parameters[name] = decoded(segments[index]!);
			return { target: route.target, parameters };
		},
		methodsOf(path) {
			const methods = new Set<string>();
			first(root, segmentsOf(path), ({ routes }) => {
				for (const method of routes.keys()) methods.add(method);
				return undefined;
			});
			return [...methods];
		},
	};
};
