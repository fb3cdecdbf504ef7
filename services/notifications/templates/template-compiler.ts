import { readdirSync, readFileSync } from "node:fs";
import { join, parse } from "node:path";
import Handlebars from "handlebars";
import type { Locale } from "@kernel/locales";
import { stringOf, type Section } from "./strings";
import { compileString, type CompiledString } from "./string-compiler";

/** The two forms of a mail. They share the bodies and differ in the partials. */
export type Form = "html" | "text";

/** Private data of a running template. */
interface Frame {
	readonly locale: Locale;
	readonly section: Section;
	/** Data of the mail. All strings of the template use it, also within partials. */
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
 * Reads and compiles the templates of one form. Data is escaped in HTML and inserted unchanged in plain text. A missing field is an error, so that no
 * incomplete mail is sent.
 *
 * A partial has access only to its parameters. Strings are not Handlebars templates, because rendering those costs several times as much.
 */
const open = (form: Form): TemplateCompiler => {
	const handlebars = Handlebars.create();
	const escape = form === "html" ? handlebars.escapeExpression : String;
	const strings = new Map<string, CompiledString>();

	const string: TemplateCompiler["string"] = (section, key, data, locale) => {
		const source = stringOf(locale, section, key);
		const compiled = strings.get(source) ?? compileString(source);
		strings.set(source, compiled);
		return compiled(data, escape);
	};

	handlebars.registerHelper("t", (key: string, options: Handlebars.HelperOptions) => {
		const { locale, section, root } = options.data as Frame;
		return new handlebars.SafeString(string(section, key, root, locale)); // `string` has escaped the data
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

/** The compiler of a form. The first call reads the templates from disk. */
export const templateCompiler = (form: Form): TemplateCompiler => {
	const known = opened.get(form) ?? open(form);
	opened.set(form, known);
	return known;
};
