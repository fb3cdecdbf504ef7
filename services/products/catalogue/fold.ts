const PLAIN = /^[\u0000-\u007f]*$/;
const LETTERS: Readonly<Record<string, string>> = { ß: "ss", ø: "o", ł: "l", đ: "d", æ: "ae", œ: "oe", ı: "i" };
const SPECIAL = new RegExp(`[${Object.keys(LETTERS).join("")}]`, "g");

/** As it is searched for: in lower case and without marks on letters, so that "jalapeno" finds "Jalapeño". */
export const fold = (text: string): string => {
	const lower = text.toLowerCase();
	if (PLAIN.test(lower)) return lower;
	return lower
		.normalize("NFKD")
		.replace(/\p{M}+/gu, "")
		.replace(SPECIAL, (letter) => LETTERS[letter] ?? letter);
};
