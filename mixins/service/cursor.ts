import type { Static, TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";

/** A place in a list, opaque to clients. */
export const encodeCursor = (place: object): string => Buffer.from(JSON.stringify(place)).toString("base64url");

/** @returns undefined where it is none that `encodeCursor` made of such a place */
export const decodeCursor = <S extends TSchema>(cursor: string, schema: S): Static<S> | undefined => {
	try {
		const place: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
		return Value.Check(schema, place) ? place : undefined;
	} catch {
		// neither base64url nor JSON: not a cursor
		return undefined;
	}
};
