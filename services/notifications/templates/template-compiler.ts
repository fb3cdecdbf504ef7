import { readdirSync, readFileSync } from "node:fs";
import { join, parse } from "node:path";
import Handlebars from "handlebars";
import type { Locale } from "../../../kernel/locales";
import { stringOf, type Section } from "./strings";
import { compileString, type CompiledString } from "./string-compiler";

/** Which of its two forms a mail is written in: the same bodies, with other blocks. */
export type Form = "html" | "text";

/** The private data of a template while it runs. */
interface Frame {
	readonly locale: Locale;
	readonly section: Section;
	/** The data of the mail. Strings are filled with it, wherever in the template they stand. */
	readonly root: object;
}

export interface TemplateCompiler {
	body(name: Section, data: object, locale: Locale): string;
	string(section: Section, key: string, data: object, locale: Locale): string;
}

const filesOf = (folder: string): readonly (readonly [name: string, source: string])[] =>
	readdirSync(join(__dirname, folder))
		.filter((file) => file.endsWith(".hbs"))
		.map((file) => [parse(file).name, readFileSync(join(__dirname, folder, file), "utf8")]);

/**
 * Reads and compiles the templates of one form. HTML is escaped wherever data is put in; plain text has nothing to escape. A field that a
 * template names and the data lacks is an error, so that no mail goes out with a hole.
 *
 * A partial sees what it is passed and nothing else. Strings are no Handlebars templates: calling one costs several times what filling a string does.
 */
const open = (form: Form): TemplateCompiler => {
	const handlebars = Handlebars.create();
	const escape = form === "html" ? handlebars.escapeExpression : String;
	const strings = new Map<string, CompiledString>();

	const string: TemplateCompiler["string"] = (section, key, data, locale) => {
		const source = stringOf(locale, section, key);
		const known = strings.get(source) ?? compileString(source);
		strings.set(source, known);
		return known(data, escape);
	};

	handlebars.registerHelper("t", (key: string, options: Handlebars.HelperOptions) => {
		const { locale, section, root } = options.data as Frame;
		return new handlebars.SafeString(string(section, key, root, locale)); // its data is escaped already
	});
	for (const [name, source] of filesOf(form)) handlebars.registerPartial(name, source);
	const bodies = new Map(
		filesOf("bodies").map(([name, source]) => [
			name,
			handlebars.compile<object>(source, {
				strict: true,
				noEscape: form === "text",
				preventIndent: true,
				explicitPartialContext: true,
				knownHelpers: { t: true },
				knownHelpersOnly: true,
			}),
		]),
	);

	return {
		string,
		body(name, data, locale) {
			const body = bodies.get(name);
			if (!body) throw new Error(`no template for ${name}`);
			return body(data, { data: { locale, section: name, root: data } });
		},
	};
};

const opened = new Map<Form, TemplateCompiler>();

/** Read from disk the first time, then kept. */
export const templateCompiler = (form: Form): TemplateCompiler => {
	const known = opened.get(form) ?? open(form);
	opened.set(form, known);
	return known;
};
