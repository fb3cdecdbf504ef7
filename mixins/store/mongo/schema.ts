import type { Database } from "./connection";
import { DUPLICATE_KEY } from "./outcome";

/** Of the collections' form. Documents are no part of it: they are views, made again where a kind means something else by now. */
export const SCHEMA_VERSION = 1;
const SCHEMA = "schema";

/** @throws with a sentence for the operator where the database is of a newer program */
export const checkSchema = async ({ adapter }: Database): Promise<void> => {
	const found = await adapter.findById(SCHEMA);
	if (!found) {
		await adapter.insert({ _id: SCHEMA, version: SCHEMA_VERSION }).catch((cause: unknown) => {
			if ((cause as { code?: number }).code !== DUPLICATE_KEY) throw cause; // else another service was first
		});
		return;
	}
	if (found.version > SCHEMA_VERSION) {
		throw new Error(
			`the database was written by a newer version of the program (schema ${found.version}, this one knows ${SCHEMA_VERSION}): start that one, or use another database in MONGO_URL`,
		);
	}
};
