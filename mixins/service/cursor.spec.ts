import { Type } from "@sinclair/typebox";
import { decodeCursor, encodeCursor, invalidCursor, pageOf } from "./cursor";

const Position = Type.Object({ id: Type.String() });

test("a cursor is read back as the position that it was made of", () => {
	expect(decodeCursor(encodeCursor({ id: "a" }), Position)).toEqual({ id: "a" });
});

test.each(["", "x", encodeCursor({ id: 1 }), encodeCursor([])])("%j is no cursor", (cursor) => {
	expect(decodeCursor(cursor, Position)).toBeUndefined();
});

test("an invalid cursor is refused with its path", () => {
	expect(invalidCursor()).toMatchObject({ rejected: "VALIDATION_FAILED", detail: { errors: [{ path: "/cursor" }] } });
});

test.each([
	[[], [], null],
	[[1, 2], [1, 2], null],
	[[1, 2, 3], [1, 2], { id: 2 }],
])("of %j a page of two shows %j, and goes on after %j", (found, page, next) => {
	expect(pageOf(found, 2, (id) => ({ id }))).toEqual({ page, next });
});
