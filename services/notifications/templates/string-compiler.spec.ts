import { compileString } from "./string-compiler";

const data = { order: "10<42>", shop: { name: "T&Co" }, count: 3 };
const shout = (text: string): string => text.toUpperCase();

test("escapes data but not the string itself", () => {
	expect(compileString("a {{order}} b {{shop.name}}{{order}}")(data, (text) => `[${text}]`)).toBe("a [10<42>] b [T&Co][10<42>]");
	expect(compileString("{{shop.name}}")(data, shout)).toBe("T&CO");
	expect(compileString("nothing to fill in")(data, shout)).toBe("nothing to fill in");
	expect(compileString("")(data, shout)).toBe("");
});

test("does not expand placeholders within data", () => {
	expect(compileString("{{a}}{{b}}")({ a: "{{b}}", b: "$1" }, String)).toBe("{{b}}$1");
});

test.each(["{{nothing}}", "{{shop}}", "{{shop.nothing}}", "{{nothing.name}}", "{{count}}", "{{toString}}"])(
	"a placeholder without a text throws: %s",
	(source) => {
		expect(() => compileString(source)(data, String)).toThrow(TypeError);
	},
);
