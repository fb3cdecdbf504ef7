/** Start of a text that a spreadsheet would run as a formula (OWASP, "CSV Injection"). An apostrophe before it makes it text. */
const FORMULA = /^'*[=+\-@\t\r]/;
const ESCAPED_FORMULA = /^'+[=+\-@\t\r]/;

/** Prefixes a formula with an apostrophe. An escaped formula gets another one, so that `unescapeFormula` is the exact inverse. */
export const escapeFormula = (text: string): string => (FORMULA.test(text) ? `'${text}` : text);

/** Removes the apostrophe that `escapeFormula` added. */
export const unescapeFormula = (text: string): string => (ESCAPED_FORMULA.test(text) ? text.slice(1) : text);

const CONTROL = /[\u0000-\u001f\u007f]+/g;
const CONTROL_BUT_SPACE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]+/g;
/** Fast path: nearly all cells need no changes. */
const TIDY = /^(?:[^\s'\u0000-\u001f\u007f](?:[^\u0000-\u001f\u007f]*[^\s\u0000-\u001f\u007f])?)?$/;

/** Returns the cell as one trimmed line without control characters. */
export const oneLine = (cell: string): string => (TIDY.test(cell) ? cell : unescapeFormula(cell.trim()).replace(CONTROL, " ").trim());

/** Like `oneLine`, but keeps line breaks and tabs. */
export const manyLines = (cell: string): string => unescapeFormula(cell.trim()).replace(CONTROL_BUT_SPACE, "").trim();
