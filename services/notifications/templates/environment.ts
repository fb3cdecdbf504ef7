import { readdirSync, readFileSync } from "node:fs";
import { join, parse } from "node:path";
import Handlebars from "handlebars";
import type { Money } from "@kernel/money";
import { formatMinutes, formatMoment, formatMoney } from "../domain/format";
import type { Locale } from "../domain/locale";
import { stringOf, type Section } from "./catalogue";

/** Which of its two forms a mail is written in: the same bodies, with other blocks. */
export type Form = "html" | "text";

/** What a text is written with beside its data. */
interface Writing {
	readonly locale: Locale;
	readonly section: Section;
}

export interface Writer {
	body(name: Section, data: object, locale: Locale): string;
	string(section: Section, key: string, data: object, locale: Locale): string;
}

type Compiled = (data: object, writing: Writing) => string;

const filesOf = (folder: string): readonly (readonly [name: string, source: string])[] =>
	readdirSync(join(__dirname, folder))
		.filter((file) => file.endsWith(".hbs"))
		.map((file) => [parse(file).name, readFileSync(join(__dirname, folder, file), "utf8")]);

const writingOf = ({ data }: Handlebars.HelperOptions): Writing & { readonly root: object } => data as Writing & { readonly root: object };

/**
 * Reads and compiles the templates of one form. HTML is escaped wherever data is put in; plain text has nothing to escape. A field that a
 * template names and the data lacks is an error, so that no mail goes out with a hole.
 */
const open = (form: Form): Writer => {
	const handlebars = Handlebars.create();
	const compile = (source: string): Compiled => {
		const template = handlebars.compile<object>(source, { strict: true, noEscape: form === "text", preventIndent: true });
		return (data, writing) => template(data, { data: { ...writing } });
	};
	const bodies = new Map(filesOf("bodies").map(([name, source]) => [name, compile(source)]));
	const strings = new Map<string, Compiled>();

	const string: Writer["string"] = (section, key, data, locale) => {
		const source = stringOf(locale, section, key);
		if (!source.includes("{{")) return source;
		const known = strings.get(source) ?? compile(source);
		strings.set(source, known);
		return known(data, { locale, section });
	};

	for (const [name, source] of filesOf(form)) handlebars.registerPartial(name, source);
	handlebars.registerHelper({
		t: (key: string, options: Handlebars.HelperOptions) => {
			const { locale, section, root } = writingOf(options);
			return new Handlebars.SafeString(string(section, key, root, locale)); // its data is escaped already
		},
		money: (amount: Money, options: Handlebars.HelperOptions) => formatMoney(amount, writingOf(options).locale),
		moment: (at: string, options: Handlebars.HelperOptions) => formatMoment(at, writingOf(options).locale),
		duration: (minutes: number, options: Handlebars.HelperOptions) => formatMinutes(minutes, writingOf(options).locale),
	});

	return {
		string,
		body(name, data, locale) {
			const body = bodies.get(name);
			if (!body) throw new Error(`no template for ${name}`);
			return body(data, { locale, section: name });
		},
	};
};

const opened = new Map<Form, Writer>();

/** Read from disk the first time, then kept. */
export const writer = (form: Form): Writer => {
	const known = opened.get(form) ?? open(form);
	opened.set(form, known);
	return known;
};
