import type { Static, TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { reject, type Rejection } from "@kernel/rejection";

/** Encodes a position in a list as text that is opaque to clients. */
export const encodeCursor = (place: object): string => Buffer.from(JSON.stringify(place)).toString("base64url");

/** @returns undefined if the text is not a cursor of such a position */
export const decodeCursor = <S extends TSchema>(cursor: string, schema: S): Static<S> | undefined => {
	try {
		const place: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
		return Value.Check(schema, place) ? place : undefined;
	} catch {
		// neither base64url nor JSON: not a cursor
		return undefined;
	}
};

/** The rejection of a cursor that this list did not issue. */
export const invalidCursor = (): Rejection<"VALIDATION_FAILED"> =>
	reject("VALIDATION_FAILED", { errors: [{ path: "/cursor", message: "is not a valid cursor for this list" }] });

/**
 * Cuts a page from items that were read with `limit + 1`. The surplus item shows that there is a next page.
 *
 * @param positionOf the position after which the next page begins
 */
export const pageOf = <Item, Position>(
	found: readonly Item[],
	limit: number,
	positionOf: (last: Item) => Position,
): { readonly page: readonly Item[]; readonly next: Position | null } => {
	const page = found.slice(0, limit);
	const last = found.length > limit ? page.at(-1) : undefined;
	return { page, next: last === undefined ? null : positionOf(last) };
};
