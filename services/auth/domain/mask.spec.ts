import { masked } from "./mask";

test.each([
	["ana@example.com", "a***@example.com"],
	["a@example.com", "a***@example.com"],
	["@example.com", "***@example.com"],
])("%s is logged as %s", (email, text) => {
	expect(masked(email)).toBe(text);
});
