import { maskEmail, maskEmailAndHost, maskPhone } from "./masking";

test.each([
	["ana@example.com", "a***@example.com"],
	["a@example.com", "a***@example.com"],
	["👩@example.com", "👩***@example.com"],
	["a@b@example.com", "a***@example.com"],
	["@example.com", "***"],
	["not an address", "***"],
	["", "***"],
])("%j is logged as %j", (email, masked) => {
	expect(maskEmail(email)).toBe(masked);
});

test.each([
	["+34 600 123 456", "***56"],
	["(55) 1234-5678", "***78"],
	["112", "***"],
	["none", "***"],
])("%j is logged as %j", (phone, masked) => {
	expect(maskPhone(phone)).toBe(masked);
});

test("an address is masked so that its owner knows it and nobody else can write to it", () => {
	expect(maskEmailAndHost("ana.garcia@example.com")).toBe("a***@e***.com");
	expect(maskEmailAndHost("B@mail.example.co.uk")).toBe("b***@m***.uk");
	expect(maskEmailAndHost("odd")).toBe("o***@***");
});
