/** Renders a string with data in place of its placeholders. */
export type CompiledString = (data: object, escape: (text: string) => string) => string;

const PLACEHOLDER = /\{\{([\w.]+)\}\}/;

/** @throws TypeError if the value is not a text, so that no incomplete mail is sent */
const textAt = (data: object, path: readonly string[]): string => {
	let value: unknown = data;
	for (const key of path) value = (value as Readonly<Record<string, unknown>> | undefined)?.[key];
	if (typeof value !== "string") throw new TypeError(`missing text for placeholder {{${path.join(".")}}}`);
	return value;
};

/** Compiles a string such as "Your order {{orderNumber}} at {{shop.name}}". */
export const compileString = (source: string): CompiledString => {
	const [start = "", ...rest] = source.split(PLACEHOLDER); // text, path, text, path, ..., text
	const parts = rest.map((part, index) => (index % 2 === 0 ? part.split(".") : part));
	return (data, escape) => {
		let text = start;
		for (const part of parts) text += typeof part === "string" ? part : escape(textAt(data, part));
		return text;
	};
};
