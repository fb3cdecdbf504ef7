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

interface Node<Target> {
	readonly segments: Map<string, Node<Target>>;
	place: Node<Target> | undefined;
	/** By method. */
	readonly targets: Map<string, { readonly target: Target; readonly names: readonly string[] }>;
}

const NO_PARAMETERS = {};

const isPlace = (segment: string): boolean => segment.startsWith("{");
const segmentsOf = (path: string): readonly string[] => (path.startsWith("/") ? path.split("/").slice(1) : []);
const decoded = (segment: string): string => (segment.includes("%") ? decodeURIComponent(segment) : segment);
const newNode = <Target>(): Node<Target> => ({ segments: new Map(), place: undefined, targets: new Map() });

/** Finds routes by the segments of their paths. Where a word and a place both fit a segment, the word goes first. */
export const routeTable = <Target>(entries: readonly Entry<Target>[]): RouteTable<Target> => {
	const root = newNode<Target>();
	/** Addresses without places, by method and path. */
	const fixed = new Map<string, Match<Target>>();

	for (const { method, path, target } of entries) {
		const segments = segmentsOf(path);
		const names = segments.filter(isPlace).map((segment) => segment.slice(1, -1));
		let node = root;
		for (const segment of segments) {
			if (isPlace(segment)) node = node.place ??= newNode();
			else {
				const next = node.segments.get(segment) ?? newNode();
				node.segments.set(segment, next);
				node = next;
			}
		}
		node.targets.set(method, { target, names });
		if (names.length === 0) fixed.set(`${method} ${path}`, { target, parameters: NO_PARAMETERS });
	}

	/** Visits the nodes that a path leads to, the most exact first, until one is taken. */
	const visit = (
		node: Node<Target>,
		segments: readonly string[],
		index: number,
		values: readonly string[],
		take: (node: Node<Target>, values: readonly string[]) => boolean,
	): boolean => {
		const segment = segments[index];
		if (segment === undefined) return take(node, values);
		const next = node.segments.get(segment);
		if (next && visit(next, segments, index + 1, values, take)) return true;
		return node.place !== undefined && segment !== "" && visit(node.place, segments, index + 1, [...values, segment], take);
	};

	return {
		find(method, path) {
			const exact = fixed.get(`${method} ${path}`);
			if (exact) return exact;
			let found: Match<Target> | undefined;
			visit(root, segmentsOf(path), 0, [], ({ targets }, values) => {
				const entry = targets.get(method);
				if (!entry) return false;
				const parameters = Object.fromEntries(entry.names.map((name, index) => [name, decoded(values[index]!)]));
				found = { target: entry.target, parameters };
				return true;
			});
			return found;
		},
		methodsOf(path) {
			const methods = new Set<string>();
			visit(root, segmentsOf(path), 0, [], ({ targets }) => {
				for (const method of targets.keys()) methods.add(method);
				return false;
			});
			return [...methods];
		},
	};
};
