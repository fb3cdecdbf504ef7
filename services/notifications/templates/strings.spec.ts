import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CANCEL_REASONS, TEMPLATES } from "../domain/message-content";
import { LOCALES } from "@kernel/locales";
import { STRINGS, findString, stringOf, type Section } from "./strings";

const sections = (locale: (typeof LOCALES)[number]) => Object.entries(STRINGS[locale] as Record<string, Record<string, string>>);
const keys = (locale: (typeof LOCALES)[number]) =>
	sections(locale)
		.flatMap(([section, strings]) => Object.keys(strings).map((key) => `${section}.${key}`))
		.sort();
const holes = (text: string) => (text.match(/\{\{[^}]*\}\}/g) ?? []).sort();

const sourcesOf = (folder: string) =>
	readdirSync(join(__dirname, folder)).map((file) => ({
		name: file.replace(/\.hbs$/, ""),
		source: readFileSync(join(__dirname, folder, file), "utf8"),
	}));
const named = (source: string, pattern: RegExp) => [...source.matchAll(pattern)].map(([, name]) => name ?? "");
const stringsIn = (source: string) => named(source, /\bt "([^"]+)"/g);
const partialsIn = (source: string) => named(source, /\{\{#?> ([a-z-]+)/g);

describe.each(LOCALES.filter((locale) => locale !== "en"))("%s", (locale) => {
	test("has the same keys as English", () => {
		expect(keys(locale)).toEqual(keys("en"));
	});

	test("uses the same placeholders as English", () => {
		for (const [section, strings] of sections(locale)) {
			for (const [key, text] of Object.entries(strings)) {
				const english = findString("en", section as Section, key);
				expect({ section, key, holes: holes(text) }).toEqual({ section, key, holes: holes(english ?? "") });
			}
		}
	});

	test("is translated: no long string equals the English one", () => {
		const same = sections(locale).flatMap(([section, strings]) =>
			Object.entries(strings).filter(([key, text]) => text.length > 12 && findString("en", section as Section, key) === text),
		);
		expect(same).toEqual([]);
	});
});

describe.each(["html", "text"])("%s", (form) => {
	const partials = new Map(sourcesOf(form).map(({ name, source }) => [name, source]));

	/** Strings and partials that a body uses directly or indirectly. */
	const reachable = (source: string, seen = new Set<string>()): string[] => [
		source,
		...partialsIn(source).flatMap((name) => {
			const partial = partials.get(name);
			if (partial === undefined) throw new Error(`no block ${name}`);
			if (seen.has(name)) return [];
			seen.add(name);
			return reachable(partial, seen);
		}),
	];

	test("every partial and string that a body uses exists", () => {
		expect(
			sourcesOf("bodies")
				.map(({ name }) => name)
				.sort(),
		).toEqual([...TEMPLATES].sort());
		for (const { name, source } of sourcesOf("bodies")) {
			for (const key of ["subject", ...reachable(source).flatMap(stringsIn)])
				expect({ name, key, found: findString("en", name as Section, key) !== undefined }).toEqual({ name, key, found: true });
		}
	});

	test("every partial is used", () => {
		const used = new Set([...sourcesOf("bodies"), ...sourcesOf(form)].flatMap(({ source }) => partialsIn(source)));
		expect([...partials.keys()].filter((name) => !used.has(name))).toEqual([]);
	});
});

test("every string is used", () => {
	const used = new Set([
		"subject",
		"sms",
		...CANCEL_REASONS.map((reason) => `reason.${reason}`),
		...["bodies", "html", "text"].flatMap(sourcesOf).flatMap(({ source }) => stringsIn(source)),
	]);
	expect(keys("en").filter((key) => !used.has(key.slice(key.indexOf(".") + 1)))).toEqual([]);
});

test("an unknown string throws, also for inherited object properties", () => {
	expect(() => stringOf("en", "refund", "nothing")).toThrow();
	expect(() => stringOf("en", "refund", "constructor")).toThrow();
});
