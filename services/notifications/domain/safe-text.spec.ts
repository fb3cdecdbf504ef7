import fc from "fast-check";
import { greetingName, oneLine, oneLined, webLink } from "./safe-text";

test("all line separators are removed", () => {
	expect(oneLine("a\r\nBcc: b\u2028c\u0085d\te\u0000")).toBe("a Bcc: b c d e");
	expect(oneLine(" \u202eevil\u202c ")).toBe("evil");
	expect(oneLine(" plain ")).toBe("plain");
	fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(oneLine(text))));
	fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => oneLine(oneLine(text)) === oneLine(text)));
});

test("oneLined converts every text and keeps other values", () => {
	expect(oneLined({ a: "x\ny", list: [{ b: "x\ny" }], amount: 5, none: null, yes: true })).toEqual({
		a: "x y",
		list: [{ b: "x y" }],
		amount: 5,
		none: null,
		yes: true,
	});
});

test("an undefined value throws", () => {
	expect(() => oneLined({ a: "x", list: [{ b: undefined }] })).toThrow(TypeError);
});

test.each(["Ana", "Ana María de la O", "J. R. R. Tolkien", "O'Brien", "李小龍", "Müller-Lüdenscheidt"])("%s is greeted by name", (name) => {
	expect(greetingName(name)).toBe(name);
});

test.each([
	"",
	" ",
	"win.example",
	"http://win.example",
	"www win",
	"mail me@win.example",
	"Claim your prize now! ".repeat(4),
	"a/b",
	"x\r\nhttps:evil",
])("%j is not used as a name", (name) => {
	expect(greetingName(name)).toBeNull();
});

test("only http and https links are accepted", () => {
	expect(webLink("https://shop.example/reset?token=a&b=1")).toBe("https://shop.example/reset?token=a&b=1");
	expect(webLink('https://shop.example/"onclick="x')).not.toContain('"');
	for (const link of ["javascript:alert(1)", "data:text/html,x", "shop.example", "", null, undefined]) expect(webLink(link)).toBeNull();
});
