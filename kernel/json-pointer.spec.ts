import { jsonPointer } from "./json-pointer";

test.each([
	["email", "/email"],
	["", "/"],
	["a/b", "/a~1b"],
	["a~b", "/a~0b"],
	["~1", "/~01"],
])("the member %j has the pointer %j", (name, pointer) => {
	expect(jsonPointer(name)).toBe(pointer);
});
