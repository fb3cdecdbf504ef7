import type { mongo } from "mongoose";
import type { CollectionSource } from "./connection";

/** Pipeline over one collection. */
export interface UnionPart {
	readonly collection: string;
	readonly pipeline: readonly mongo.Document[];
}

/**
 * Runs pipelines over several collections as one command.
 *
 * @param then stages over the combined results
 */
export const unionQuery = <Row extends mongo.Document>(
	source: CollectionSource,
	parts: readonly UnionPart[],
	then: readonly mongo.Document[] = [],
	options: mongo.AggregateOptions = {},
): mongo.AggregationCursor<Row> => {
	const [first, ...others] = parts;
	if (!first) throw new Error("a union of nothing");
	const rest = others.map(({ collection, pipeline }) => ({ $unionWith: { coll: collection, pipeline: [...pipeline] } }));
	return source
		.collection(first.collection)()
		.aggregate<Row>([...first.pipeline, ...rest, ...then], options);
};
