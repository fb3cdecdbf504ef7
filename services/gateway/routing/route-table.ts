/** The target of a URL, with its decoded path parameters. */
export interface Match<Target> {
	readonly target: Target;
	readonly parameters: Readonly<Record<string, string>>;
}

export interface RouteTable<Target> {
	/** @param path encoded path as received, with valid percent-encoding and without a trailing slash */
	find(method: string, path: string): Match<Target> | undefined;
	/** Methods that a path supports; empty if the path is unknown. */
	methodsOf(path: string): readonly string[];
}

export interface Entry<Target> {
	readonly method: string;
	/** In the notation of OpenAPI: "/v1/carts/{cartId}". A path parameter matches one non-empty segment. */
	readonly path: string;
	readonly target: Target;
}

interface Route<Target> {
	readonly target: Target;
	/** Path parameters: the name and the index of the segment. */
	readonly places: readonly (readonly [name: string, index: number])[];
}

interface Node<Target> {
	readonly segments: Map<string, Node<Target>>;
	place: Node<Target> | undefined;
	/** Routes by method. */
	readonly routes: Map<string, Route<Target>>;
}

const isPlace = (segment: string): boolean => segment.startsWith("{");
const segmentsOf = (path: string): readonly string[] => (path.startsWith("/") ? path.split("/").slice(1) : []);
const decoded = (segment: string): string => (segment.includes("%") ? decodeURIComponent(segment) : segment);
const newNode = <Target>(): Node<Target> => ({ segments: new Map(), place: undefined, routes: new Map() });

/** Adds the missing nodes of a path and returns its last one. */
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

/** The first result of `look` among the nodes that match a path. Literal segments take precedence over parameters. */
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

/** Finds routes by path segments. A literal segment takes precedence over a path parameter. */
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
